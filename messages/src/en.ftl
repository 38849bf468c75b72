# What Rotušė says in English. The same keys stand in lt.ftl; a test compares them.

## Durations

duration-days = { $count } d
duration-hours = { $count } h
duration-minutes = { $count } min
duration-seconds = { $count } s

## TOML: configuration files and front matter

problems-found = { $count ->
    [one] { $count } mistake
   *[other] { $count } mistakes
}
toml-syntax = this is not valid TOML: { $detail }
toml-unknown-key = unknown key "{ $key }" in { $table }; known here: { $known }
toml-unknown-key-nearest = unknown key "{ $key }" in { $table }; did you mean "{ $nearest }"?
toml-missing = { $table } needs { $key } = { $example }
toml-missing-misspelt = { $table } needs { $key } = { $example } (is it misspelt below?)
toml-wrong-type = { $key } must be { $expected }, found { $found }
toml-out-of-range = { $key } must be a whole number from { $lowest } to { $highest }, found { $found }
toml-empty = { $key } must not be empty
toml-not-a = { $key } must be { $wanted } such as { $example }, found "{ $found }"
toml-duration-not-positive = { $key } must be longer than zero
toml-text = text in quotes
toml-integer = a whole number
toml-boolean = true or false
toml-array = a list in square brackets
toml-table = a table
toml-date = a date such as 2026-11-23
toml-date-time = a date and time such as 2026-11-23T17:30
toml-ip-address = an IP address
toml-socket-address = an address with a port
toml-duration = a length of time
toml-found-string = text
toml-found-integer = integer
toml-found-float = a number with a fraction
toml-found-boolean = true or false
toml-found-datetime = a date or time
toml-found-array = a list
toml-found-table = a table
