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
toml-choice = { $key } turi būti viena iš reikšmių { $known }, o rasta „{ $found }“
toml-choice-nearest = { $key } turi būti viena iš reikšmių { $known }, o rasta „{ $found }“; gal turėjote omenyje „{ $nearest }“?

## „rotused“ konfigūracija

config-valid = konfigūracija tinkama: { $devices ->
    [one] { $devices } įrenginys
    [few] { $devices } įrenginiai
   *[other] { $devices } įrenginių
}, { $checks ->
    [one] { $checks } tikrinimas
    [few] { $checks } tikrinimai
   *[other] { $checks } tikrinimų
}, { $jobs ->
    [one] { $jobs } kopijavimo užduotis
    [few] { $jobs } kopijavimo užduotys
   *[other] { $jobs } kopijavimo užduočių
}
config-invalid = konfigūracijoje { $count ->
    [one] rasta { $count } klaida
    [few] rastos { $count } klaidos
   *[other] rasta { $count } klaidų
}; niekas nepaleista
config-missing-file = tokio failo nėra; nurodykite jį parinktimi --config arba pradėkite nuo esančio „rotused“ aplanke config/
config-not-utf8 = failas nėra UTF-8 tekstas; įrašykite jį UTF-8 koduote
config-unreadable-file = nepavyksta perskaityti: { $error }
config-name = pavadinimas iš ne daugiau kaip 64 raidžių a–z, skaitmenų, taškų, brūkšnelių ir pabraukimo ženklų
config-name-twice = du { $kind } vadinasi „{ $name }“; vieną pervadinkite
config-check-twice = du šio įrenginio tikrinimai vadinasi „{ $name }“; vienam duokite kitą pavadinimą
config-did-you-mean = gal turėjote omenyje „{ $nearest }“?
config-known-names = yra šie: { $known }
config-unknown-credential = nėra [[credential]] pavadinimu „{ $name }“; { $hint }
config-unknown-repository = nėra [[repository]] pavadinimu „{ $name }“; { $hint }
config-timeout-too-long = timeout turi būti trumpesnis už interval
config-confirm-range = { $key } turi būti nuo 1 iki 100
config-echoes-range = { $key } turi būti nuo 1 iki 20
config-percent = { $key } turi būti nuo 0 iki 100
config-passphrase-short = { $key } turi turėti bent 8 ženklus (RFC 3414, 11.2)
config-calendar = laikas systemd.time(7) užrašu
config-time-zone = IANA duomenų bazės laiko juosta
config-listen-not-loopback = listen turi būti tik šio kompiuterio adresas (127.0.0.1 arba ::1): puslapiai dar neturi naudotojų; priešais juos pastatykite žiniatinklio serverį su prieigos kontrole
config-secret-source = { $key } reikia arba file = "…", arba credential = "…"
config-secret-unreadable = nepavyksta perskaityti slapto failo { $path }: { $error }
config-secret-not-a-file = slapta reikšmė { $path } nėra failas
config-secret-exposed = slapto failo { $path } teisės { $mode }, jį gali skaityti kiti; įvykdykite: chmod 600 { $path }
config-secret-empty = slaptas failas { $path } tuščias
config-credential-name = „{ $name }“ nėra systemd kredencialo pavadinimas: jame negali būti „/“
config-no-credentials-directory = kredencialą „{ $name }“ duoda systemd, o šį procesą paleido ne ji; nurodykite file = "…" arba paleiskite per systemd su LoadCredential=

## Kodėl tikrinimas nepavyko

failure-timeout = per { $seconds } s nesulaukta atsakymo
failure-refused = prisijungti neleista: šio prievado niekas neklauso
failure-unreachable = tinklas nepasiekia: { $detail }
failure-authentication = agentas nepriima mūsų naudotojo arba slaptažodžių
failure-authentication-user = agentas nežino mūsų naudotojo
failure-authentication-passphrase = agentas atmeta mūsų tapatumo slaptažodį arba protokolą
failure-authentication-privacy = agentas negali iššifruoti mūsų užklausos: netinka šifravimo slaptažodis arba protokolas
failure-authentication-clock = agento laikrodis nesutampa su mūsų (už leistino laiko lango)
failure-protocol = atsakyta tai, ko protokolas neleidžia: { $detail }
failure-local = šis kompiuteris negalėjo paklausti: { $detail }

## Atsarginės kopijos

backup-restic-missing = nepavyksta paleisti { $command } ({ $detail }); įdiekite paketą „restic“ arba nurodykite kelią: restic = "/kelias/iki/restic"
backup-repository-missing = saugykloje { $location } nieko nėra; jei neprijungtas diskas, prijunkite; jei saugykla nauja, sukurkite ją komanda: rotused repo init PAVADINIMAS
backup-repository-exists = vietoje { $location } saugykla jau yra; niekas nepakeista
backup-wrong-password = slaptažodis saugyklos neatrakina; įrašykite teisingą į slaptažodžio failą
backup-locked = saugykla dabar naudojasi kitas (kas, parodo „restic list locks“); bus bandoma per kitą vykdymą
backup-disk-full = pilnas diskas: { $detail }
backup-not-writable = nepavyksta įrašyti: { $detail }
backup-database-missing = duomenų bazės { $path } nėra
backup-database-unreadable = nepavyksta perskaityti duomenų bazės { $path }: { $detail }
backup-database-damaged = duomenų bazė { $path } sugadinta ({ $detail }); atkurkite ją iš naujausios patikrintos kopijos
backup-damaged = saugykla sugadinta, įrašytų duomenų nepavyksta perskaityti: { $detail }
backup-differs = kopija nesutampa su duomenų baze: { $stored } iš { $dumped } baitų arba kitas turinys
backup-deadline = užtruko ilgiau, nei leidžia užduoties deadline, ir buvo nutraukta
backup-unexpected = komanda „restic { $command }“ nepavyko (išėjimo kodas { $status }): { $detail }
