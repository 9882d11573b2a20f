# made for a test
Creator "nobody"
graph [
  Network "T"
  DateMonth 0
  node [ id 0 label "Z&#252;rich" Latitude 47.4 Longitude 8.5 Internal 1 ]
  node [ id 1 label "None" Internal 1 ]
  node [ id 2 label "None" Internal 1 ]
  node [ id 3 label "CERN" Internal 0 ]
  node [ id 4 label "CERN" Internal 0 ]
  node [ id 5 label "bus" hyperedge 1 ]
  node [ id 6 label "None" Internal 0 ]
  node [ id 6 label "again" ]
  node [ id 7 Latitude 400 Longitude 300 ]
  node [ label "nameless" ]
  node 8
  edge [ source 0 target 1 LinkSpeedRaw 10000000000.0 LinkLabel "10 Gbps" id "e2" ]
  edge [ source 0 target 1 LinkSpeed "2.5" LinkSpeedUnits "G" ]
  edge [ source 1 target 2 LinkSpeed "<45" LinkSpeedUnits "M" ]
  edge [ source 3 target 0 LinkSpeedRaw 1e9 ]
  edge [ source 0 target 6 ]
  edge [ source 3 target 4 ]
  edge [ source 0 target 5 ]
  edge [ source 0 target 99 ]
  edge [ source 2 target 2 ]
]
