graph [
 directed 1
 node [ id 1 label "Genève &lt;1&gt; &#xFC; &unknown; &#0;" ]
 node [ id 2 label "2" ]
 edge [ source 1 target 2 ]
 edge [ source 2 target 1 ]
]
