graph [
  node [ id 0 label "Liege 1 " ]
  node [ id 1 label " Evere" ]
  edge [ source 0 target 1 LinkSpeed "155" LinkSpeedUnits "M " ]
]
