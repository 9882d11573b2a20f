graph [
  node [ id zero ]
]