# SPDX-License-Identifier: Apache-2.0
"""Certificates for 127.0.0.1 from an authority of our own."""
import subprocess


def make(folder, *names):
    """FOLDER/NAME.pem and NAME.key for each, signed by FOLDER/ca.pem; subject /CN=NAME."""

    def openssl(*args):
        subprocess.run(['openssl', *args], cwd=folder, check=True, capture_output=True)

    (folder / 'names').write_text('subjectAltName=IP:127.0.0.1')
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out',
            'ca.pem', '-subj', '/CN=ca', '-days', '36500')
    for name in names:
        openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', f'{name}.key', '-out',
                f'{name}.csr', '-subj', f'/CN={name}')
        openssl('x509', '-req', '-in', f'{name}.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key',
                '-CAcreateserial', '-out', f'{name}.pem', '-days', '36500', '-extfile', 'names')
        (folder / f'{name}.key').chmod(0o600)
