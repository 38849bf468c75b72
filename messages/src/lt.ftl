# Ką Rotušė sako lietuviškai. Tie patys raktai yra en.ftl; juos lygina testas.

## Trukmės

duration-days = { $count } d.
duration-hours = { $count } val.
duration-minutes = { $count } min.
duration-seconds = { $count } s

## TOML: nustatymų failai ir puslapių antraštės

problems-found = { $count ->
    [one] { $count } klaida
    [few] { $count } klaidos
   *[other] { $count } klaidų
}
toml-syntax = tai nėra taisyklingas TOML: { $detail }
toml-unknown-key = nežinomas raktas „{ $key }“ ({ $table }); čia galimi: { $known }
toml-unknown-key-nearest = nežinomas raktas „{ $key }“ ({ $table }); gal norėjote „{ $nearest }“?
toml-missing = trūksta rakto ({ $table }): { $key } = { $example }
toml-missing-misspelt = trūksta rakto ({ $table }): { $key } = { $example } (gal žemiau jis parašytas su klaida?)
toml-wrong-type = „{ $key }“ turi būti { $expected }, o yra { $found }
toml-out-of-range = „{ $key }“ turi būti sveikasis skaičius nuo { $lowest } iki { $highest }, o yra { $found }
toml-empty = „{ $key }“ negali būti tuščias
toml-not-a = „{ $key }“ turi būti { $wanted }, pavyzdžiui, { $example }, o yra „{ $found }“
toml-duration-not-positive = „{ $key }“ turi būti ilgesnė už nulį
toml-text = tekstas kabutėse
toml-integer = sveikasis skaičius
toml-boolean = true arba false
toml-array = sąrašas laužtiniuose skliaustuose
toml-table = lentelė
toml-date = data, pavyzdžiui, 2026-11-23
toml-date-time = data ir laikas, pavyzdžiui, 2026-11-23T17:30
toml-ip-address = IP adresas
toml-socket-address = adresas su prievadu
toml-duration = trukmė
toml-found-string = tekstas
toml-found-integer = sveikasis skaičius
toml-found-float = trupmeninis skaičius
toml-found-boolean = true arba false
toml-found-datetime = data ar laikas
toml-found-array = sąrašas
toml-found-table = lentelė
