graph [
 ] ]