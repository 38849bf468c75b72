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
toml-not-utf8 = failas nėra UTF-8 tekstas; įrašykite jį UTF-8 koduote
toml-unreadable = nepavyksta perskaityti: { $error }
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
toml-number = skaičius
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
config-dscp-range = { $key } turi būti nuo 0 iki 63 (46 yra EF, 34 – AF41)
config-dns-expect = { $key } yra „{ $found }“, o { $records } įrašai tokios reikšmės neturi
config-dns-expect-none = { $key } neturi prasmės SOA įrašams, kurie keičiasi kartu su zona; kitus serverius surašykite same_serial_as
config-dns-selector = { $key } yra DKIM įrašo selektorius: jo reikia, kai type = "DKIM", o kitur jis neturi prasmės
config-dns-same-serial = { $key } skirtas tik type = "SOA" ir jame rašomi serverių adresai
config-database-null = { $key } negali turėti nulinio simbolio
config-ntp-offset = { $key } turi būti daugiau už nulį
config-history-order = { $key } turi būti ne trumpiau, negu saugoma tai, kas smulkiau
config-copy-environment = restic turi tik vieną { $variable } saugyklai ir tai, kurios kopija ji yra, o čia jie skirtingi; vieną iš jų pasiekite per rclone
config-keep-nothing = keep turi nurodyti, kas saugoma: last, hourly, daily, weekly, monthly, yearly arba within
config-drill-server-physical = „postgres-physical“ bandomajam atkūrimui paleidžiamas savas serveris iš bazinės kopijos ir jos žurnalo; į nurodytą serverį atkurti negalima: išbraukite drill_server
config-drill-server-kind = drill_server tinka tik „postgres“ ir „mariadb“ užduotims; kitos atkuriamos į laikiną aplanką: išbraukite drill_server
config-payload-range = { $key } turi būti nuo 16 iki 1472 baitų
config-source-family = { $key } turi būti tos pačios IP versijos kaip įrenginio adresas
config-server-name = serverio vardas arba adresas
config-authority-unreadable = nepavyksta perskaityti išdavėjo sertifikato { $path }: { $error }
config-authority-empty = faile { $path } nėra nė vieno sertifikato; PEM sertifikatų failas prasideda eilute -----BEGIN CERTIFICATE-----
config-domain = domeno vardas
config-url = žiniatinklio adresas su http:// arba https://, be naudotojo
config-pattern = { $key } nėra taisyklinga reguliarioji išraiška: { $detail }
config-http-status = { $key } gali būti tik būsenos kodai nuo 100 iki 599
config-http-headers = tarp { $key } vardų yra toks, kokio antraštės laukas turėti negali
config-http-redirects = { $key } turi būti nuo 0 iki 20
config-http-head = kai { $key } yra "HEAD", atsakymas neturi turinio, kuriame būtų galima ieškoti contains arba matches; rašykite "GET"
config-http-already-https = { $key } turi prasmę tik tada, kai url prasideda http://
config-tls-twice = ryšys arba iš karto šifruojamas ({ $key } = true), arba to paprašoma (starttls = true), bet ne abu
config-login-in-plain-text = be TLS { $key } slaptažodį galėtų perskaityti kiekvienas pakeliui; pridėkite starttls = true arba tls = true
config-mailbox = pašto dėžutės pavadinimas ASCII ženklais, o kiti ženklai – modifikuotu UTF-7 (RFC 3501, 5.1.3),
config-mailbox-needs-login = kad būtų galima atverti { $key }, reikia user ir password
config-mail-address = el. pašto adresas ASCII ženklais
config-mail-needs-login = kad būtų galima pažiūrėti į pašto dėžutę, { $key } lentelėje reikia user ir password
config-command-absolute = { $key } turi prasidėti absoliučiuoju programos keliu, pavyzdžiui, ["/usr/lib/nagios/plugins/check_users", "-w", "5"]
config-percent = { $key } turi būti nuo 0 iki 100
config-passphrase-short = { $key } turi turėti bent 8 ženklus (RFC 3414, 11.2)
config-calendar = laikas systemd.time(7) užrašu
toml-time-zone = IANA duomenų bazės laiko juosta
profile-unknown-field = skyriuje { $section } lauko „{ $name }“ nėra; { $hint }
profile-unknown-parent = profilio „{ $name }“ nėra; { $hint }
profile-unknown-section = skyriaus „{ $name }“ nėra; { $hint }
profile-column-without-entry = prie { $key } reikia entry = "…" (lentelės įrašo OID); arba rašykite visą OID
profile-no-source = nepasakyta, kur lauko reikšmė: column = …, oid = "…", index = "…", under = "…" arba text = "…"
profile-object-id = OID
profile-template = OID su pildomomis vietomis ($*, $1, #2, @laukas)
profile-arcs = indekso dalys, skaičiuojamos nuo 1
config-listen-not-loopback = listen turi būti tik šio kompiuterio adresas (127.0.0.1 arba ::1), nebent lentelėje [web] yra users ir dar tls arba proxy: kas pasiekia puslapius, sužino apie visą tinklą
config-users-missing = naudotojų failo { $path } nėra arba jis tuščias; pridėkite pirmąjį: rotused user add VARDAS
config-users-none = faile nėra nė vieno naudotojo, tad niekas negalėtų prisijungti; pridėkite pirmąjį: rotused user add VARDAS
config-users-not-named = lentelėje [web] nepasakyta, kur surašyti naudotojai; parašykite, pavyzdžiui, users = "users"
config-user-line = eilutėje turi būti vardas, dvitaškis ir slaptažodžio santrauka; tokias rašo rotused user add VARDAS
config-user-name = naudotojo vardas yra iš ne daugiau kaip 64 raidžių a–z, skaitmenų, taškų, brūkšnelių ir pabraukimo ženklų
config-user-hash = po dvitaškio turi būti slaptažodžio Argon2id santrauka ($argon2id$v=19$…); ją rašo rotused user add VARDAS
config-user-hash-weak = iš šios santraukos slaptažodį atspėti per lengva: reikia bent m=19456 ir t=2; suteikite slaptažodį iš naujo: rotused user add VARDAS
config-user-hash-costly = ši santrauka reikalauja per daug: gali būti ne daugiau kaip m=131072, t=10 ir p=4; suteikite slaptažodį iš naujo: rotused user add VARDAS
config-user-twice = naudotojas „{ $name }“ įrašytas antrą kartą; vieną eilutę ištrinkite
config-tls-certificate = sertifikatas { $path } ir jo raktas netinka: { $error }
config-host = kompiuterio vardas be prievado
config-secret-source = { $key } reikia arba file = "…", arba credential = "…"
config-secret-unreadable = nepavyksta perskaityti slapto failo { $path }: { $error }
config-secret-not-a-file = slapta reikšmė { $path } nėra failas
config-secret-exposed = slapto failo { $path } teisės { $mode }, jį gali skaityti kiti; įvykdykite: chmod 600 { $path }
config-secret-empty = slaptas failas { $path } tuščias
config-credential-name = „{ $name }“ nėra systemd kredencialo pavadinimas: jame negali būti „/“
config-no-credentials-directory = kredencialą „{ $name }“ duoda systemd, o šį procesą paleido ne ji; nurodykite file = "…" arba paleiskite per systemd su LoadCredential=

## Kodėl tikrinimas nepavyko

failure-timeout = per { $seconds } s nesulaukta atsakymo
failure-not-delivered = laiškas priimtas, bet per { $seconds } s į pašto dėžutę neatėjo; ieškokite jo pašto serverio eilėje
failure-refused = prisijungti neleista: šio prievado niekas neklauso
failure-unreachable-no-route = iki jo nėra maršruto
failure-unreachable-no-host = jo tinkle tuo adresu niekas neatsiliepia
failure-unreachable-prohibited = filtras arba ugniasienė nepraleidžia mūsų paketų
failure-unreachable-too-far = paketas perėjo per daug maršrutizatorių; dažniausiai jie siunčia jį ratu
failure-unreachable-too-big = paketas netelpa į kurią nors pakeliui esančią liniją
failure-unreachable-other = paketas nepristatytas (ICMP tipas { $type }, kodas { $code })
failure-unreachable-said = { $router } praneša: { $obstacle }
failure-authentication = nepriima mūsų naudotojo arba slaptažodžio
failure-authentication-user = agentas nežino mūsų naudotojo
failure-authentication-passphrase = agentas atmeta mūsų tapatumo slaptažodį arba protokolą
failure-authentication-privacy = agentas negali iššifruoti mūsų užklausos: netinka šifravimo slaptažodis arba protokolas
failure-authentication-clock = agento laikrodis nesutampa su mūsų (už leistino laiko lango)
failure-authentication-level = agentas nepriima šio naudotojo su tokia apsauga: palyginkite level, authentication ir privacy
failure-protocol = atsakyta tai, ko protokolas neleidžia: { $detail }
failure-unexpected = atsako „{ $got }“, o laukiama „{ $wanted }“
failure-unresolved = nepavyksta rasti vardo { $name } adreso: { $detail }
failure-dns-no-such-name = serveris sako, kad vardo { $name } nėra
failure-dns-no-records = { $name } neturi { $records } įrašo
failure-dns-not-answered = serveris į klausimą neatsako: { $code }
failure-dns-several = { $records } įrašai yra { $count }, o gali būti tik vienas; gavėjai tada nepaiso nė vieno
failure-dns-malformed = { $records } įrašas klaidingas ties „{ $part }“
failure-dns-too-many-lookups = vien šis SPF įrašas verčia gavėjus kreiptis į DNS { $count } kartų, o jie sustoja ties 10: sutrumpinkite jį
failure-dns-revoked = DKIM raktas atšauktas: jo įrašo p tuščias
failure-dns-weak-key = { $bits } bitų DKIM raktas per trumpas; gavėjai nori bent 1024, o geriau 2048
failure-dns-other-serials = zonos serveriai turi skirtingas jos versijas: { $serials }
failure-dns-elsewhere = tos pačios zonos serveris { $server }: { $failure }
failure-clock-unsynchronised = serveris sako, kad pats nežino, kiek laiko
failure-clock-kiss-of-death = serveris nenori, kad jo klaustume (kiss of death { $code }): klauskite rečiau arba leiskite mums jo konfigūracijoje
failure-clock-offset = jo laikrodis nuo mūsiškio skiriasi { $offset } s, o leidžiama { $limit } s; kuris klysta, parodys trečias laikrodis
failure-database = duomenų bazės serveris sako: { $text }
failure-replica-behind = replika atsilieka { $behind } s, o leidžiama { $limit } s
failure-replication-stopped = replika nebeseka šaltinio: { $reason }
failure-loss = atsako, bet ne visada: prarasta { $percent } % užklausų
failure-duplicates = atsako daugiau nei kartą (atsakymų per daug: { $count }): adresą turi du įrenginiai arba komutatoriai sujungti ratu
failure-plugin = įskiepis sako: { $text }
failure-plugin-unknown = įskiepis negali nustatyti: { $text }
failure-not-started = nepavyksta paleisti { $command } ({ $detail }); įdiekite šią programą, leiskite „rotused“ naudotojui ją vykdyti arba pataisykite tikrinimo command
failure-certificate-expired = sertifikatas nebegalioja nuo { $at }; įdiekite naują
failure-certificate-not-yet-valid = sertifikatas galios tik nuo { $at }; patikrinkite abiejų kompiuterių laikrodžius
failure-certificate-expires-soon = sertifikatas galios dar { $days } d.; atnaujinkite jį
failure-certificate-other-name = sertifikatas skirtas { $names }, o ne { $name }
failure-certificate-untrusted = sertifikatą pasirašė { $issuer }, kuriuo šis kompiuteris nepasitiki; serveryje įdiekite visą grandinę arba tikrinime nurodykite išdavėjo sertifikatą
failure-certificate-weak = sertifikatas ar jo parašas per silpnas: { $detail }
failure-certificate-other = sertifikatas nepriimamas: { $detail }
failure-not-permitted = šiam procesui neleista siųsti echo užklausų: duokite jam CAP_NET_RAW, kaip daro rotused.service, arba įtraukite jo grupę į sysctl net.ipv4.ping_group_range
failure-local = šis kompiuteris negalėjo paklausti: { $detail }
failure-beyond = { $what }: { $value }, o riba – { $limit }
failure-beyond-rate = { $what } per sekundę didėja { $value }, o riba – { $limit }
failure-beyond-capacity = { $what } naudoja { $value } talpos, o riba – { $limit }
failure-beyond-instance = { $metric } ({ $instance })
quantity-percent = { $value } %
quantity-seconds = { $value } s
quantity-megabits = { $value } Mb/s
quantity-megabytes = { $value } MB
quantity-number = { $value }
reason-watcher = ši mašina neteko tinklo: per kelias sekundes nutilo { $silent } įrenginių; patikrinkite jos kabelį, komutatorių ir tinklų sietuvą
reason-watcher-gateways = ši mašina neteko tinklo: tyli jos tinklų sietuvai ({ $gateways }); patikrinkite jos kabelį ir komutatorių
promise-age = Kopijos amžius: { $name }
promise-restore-time = Atkūrimo trukmė: { $name }
promise-drill = Bandomasis atkūrimas: { $name }
promise-size = Kopijos dydis: { $name }
promise-retention = Senos kopijos: { $name }
promise-wal = WAL archyvas: { $name }
web-copy-to = Kopijos saugykloje: { $name }
web-repository = Saugykla: { $name }
reason-no-backup = tinkamos kopijos nėra, o pažadėta ją turėti bent kas { $most }
reason-too-old = naujausiai tinkamai kopijai jau { $age }; pažadėta ne daugiau kaip { $most }
reason-too-slow = atkurti truko { $took }; pažadėta ne ilgiau kaip { $most }
reason-unusual-size = naujausia kopija yra { $is } baitų, o ankstesnės – { $was }: patikrinkite, ar netrūksta duomenų; iki kitos įprastos kopijos senesnės nešalinamos
reason-unusual-change = beveik visa naujausia kopija nauja ({ $is } baitų; ankstesnės pridėdavo { $was }): patikrinkite, ar kas nors neužšifravo duomenų; iki kitos įprastos kopijos senesnės nešalinamos
reason-too-many-expired = iš karto būtų pašalinta { $removed } iš { $of } kopijų, todėl nepašalinta nė viena; pažiūrėkite keep, o jei taip ir norėta, padidinkite most_removed_percent
reason-said = { $text }
severity-warning = įspėjimas
severity-critical = gedimas
update-severity = dabar { $severity }: { $reason }
update-flapping = tai dingsta, tai atsiranda (per pusvalandį pasikeitė { $changes } k.); apie tai pranešta vieną kartą, kol nurims
update-calm = ketvirtį valandos ramu; iki tol pasikeitė { $changes } k.
watcher-network = stebinčios mašinos tinklas
watcher-poller = rotused tikrinimai
watcher-store = matavimų istorija
watcher-channel = pranešimų kanalas „{ $name }“
watcher-schedule = kopijos „{ $name }“ tvarkaraštis

## Pranešimų kanalai

config-channel-login-in-plain-text = be TLS { $key } slaptažodį galėtų perskaityti kiekvienas pakeliui; rinkitės security = "starttls" arba "tls"
config-channel-address = tarp { $key } adresų yra toks, į kurį laiškas nueiti negali
config-channel-secret-url = slapta url reikšmė nėra žiniatinklio adresas; jis turi prasidėti http:// arba https:// ir būti be naudotojo
config-channel-timeout = { $key } gali būti ne ilgesnis kaip 60s
config-channel-command-absolute = { $key } turi prasidėti absoliučiuoju programos keliu, pavyzdžiui, ["/usr/local/bin/telegrama", "--skubu"]
config-channel-template-or-body = webhook kanalui reikia arba template = "…" (paruošto šablono), arba body = {"{"} file = "…" {"}"} (savo šablono)
config-channel-sms-to = { $key } turi būti nurodyta, kam siųsti trumpąsias žinutes, pavyzdžiui, ["+37060000000"]
config-channel-matrix-url = { $key } turi baigtis /send/m.room.message: https://SERVERIS/_matrix/client/v3/rooms/KAMBARYS/send/m.room.message
config-channel-matrix-token = Matrix reikia { $key } = {"{"} file = "…" {"}"} – naudotojo, kurio vardu rašoma, prieigos rakto
config-channel-ntfy-url = { $key } turi baigtis tema: https://SERVERIS/TEMA
config-channel-content-type = { $key } nėra turinio tipas; jis atrodo taip: "application/json"
config-channel-headers = tarp { $key } yra vardas ar reikšmė, kurių antraštės laukas turėti negali, arba laukas, kurį „rotused“ užpildo pati (Host, Content-Type, Content-Length, Connection, Transfer-Encoding)
config-channel-template-unreadable = nepavyksta perskaityti šablono { $path }: { $error }
config-channel-template = šablonas { $path } netinka: { $detail }
config-channel-template-json = iš pavyzdinio laiško pagal šabloną { $path } gaunamas netaisyklingas JSON: { $detail }; tekstus rašykite kabutėse, pavyzdžiui, "{"{{ letter.subject }}"}", o specialieji ženklai juose pakeičiami savaime
notify-not-delivered-yet = kol kas nepristatyta: { $answer }
notify-refused = galutinai atmesta: { $answer }
notify-test-subject = Rotušė: bandomasis laiškas
notify-test-text = Tai kanalo „{ $channel }“ bandymas. Jei šį laišką skaitote, kanalas veikia; nieko daryti nereikia.
notify-link = Būsenos puslapis

## Atsarginės kopijos

backup-restic-missing = nepavyksta paleisti { $command } ({ $detail }); įdiekite paketą „restic“ arba nurodykite kelią: restic = "/kelias/iki/restic"
backup-repository-missing = saugykloje { $location } nieko nėra; jei neprijungtas diskas, prijunkite; jei saugykla nauja, sukurkite ją komanda: rotused repo init PAVADINIMAS --sheet FAILAS
backup-repository-exists = vietoje { $location } saugykla jau yra; niekas nepakeista
backup-wrong-password = slaptažodis saugyklos neatrakina; įrašykite teisingą į slaptažodžio failą
backup-locked = saugykla dabar naudojasi kitas ({ $by }); bus bandoma dar kartą; kito kompiuterio užraktas pašalinamas jame komanda „restic unlock“
backup-disk-full = pilnas diskas: { $detail }
backup-not-writable = nepavyksta įrašyti: { $detail }
backup-database-missing = duomenų bazės { $path } nėra
backup-database-unreadable = nepavyksta perskaityti duomenų bazės { $path }: { $detail }
backup-database-damaged = duomenų bazė { $path } sugadinta ({ $detail }); atkurkite ją iš naujausios patikrintos kopijos
backup-damaged = saugykla sugadinta, įrašytų duomenų nepavyksta perskaityti ({ $detail }); išsaugokite ją, pradėkite naują komanda rotused repo init, o ką dar galima atgauti, rašoma „restic“ vadovo skyriuje „Troubleshooting“
backup-differs = kopija nesutampa su duomenų baze: { $stored } iš { $dumped } baitų arba kitas turinys
backup-deadline = užtruko ilgiau, nei leidžia užduoties deadline, ir buvo nutraukta
difference-rows-missing = trūksta lentelės { $name }
difference-rows-new = lentelės { $name } nebuvo
difference-rows-differs = lentelėje { $name } yra { $restored } eil., o turi būti { $dumped }
difference-checksum-missing = lentelės { $name } eilučių nepavyksta palyginti
difference-checksum-new = lentelės { $name } eilutės kopijuojant nebuvo suskaičiuotos
difference-checksum-differs = lentelės { $name } eilutės ne tos pačios
difference-sequence-missing = trūksta sekos { $name }
difference-sequence-new = sekos { $name } nebuvo
difference-sequence-differs = seka { $name } yra ties { $restored }, o turi būti ne mažiau kaip { $dumped }
difference-index-missing = trūksta indekso { $name }
difference-index-new = indekso { $name } nebuvo
difference-index-differs = indeksas { $name } ne toks pats
difference-constraint-missing = trūksta ribojimo { $name }
difference-constraint-new = ribojimo { $name } nebuvo
difference-constraint-differs = ribojimas { $name } ne toks pats
difference-view-missing = trūksta vaizdo { $name }
difference-view-new = vaizdo { $name } nebuvo
difference-view-differs = vaizdas { $name } ne toks pats
difference-routine-missing = trūksta procedūros { $name }
difference-routine-new = procedūros { $name } nebuvo
difference-routine-differs = procedūra { $name } ne tokia pati
difference-trigger-missing = trūksta trigerio { $name }
difference-trigger-new = trigerio { $name } nebuvo
difference-trigger-differs = trigeris { $name } ne toks pats
difference-role-missing = trūksta naudotojo { $name }
difference-role-new = naudotojo { $name } nebuvo
difference-role-differs = naudotojas { $name } ne toks pats
difference-file-missing = trūksta failo { $name }
difference-file-new = failo { $name } nebuvo
difference-file-differs = failas { $name } ne toks pats
backup-not-the-same = atkurta „{ $part }“ nėra tokia, kokia buvo nukopijuota: { $first } (iš viso skirtumų: { $count })
backup-nothing-to-compare = kopijuojant „{ $part }“ turinys nebuvo užrašytas; tai padarys kitas kopijavimas
backup-none = kopijos dar nėra
difference-none = nieko
backup-exists = { $what } jau yra; nurodykite kitą --to
backup-scratch-is-source = bandomiesiems atkūrimams nurodytas serveris ({ $server }) yra tas pats, kurio kopijos daromos, arba neatskiriamas jo dublikatas; nurodykite kitą arba išbraukite drill_server
backup-scratch-not-ours = serveryje { $server } esanti duomenų bazė { $database } vadinasi kaip bandomųjų atkūrimų, bet sukurta ne jų; nieko nepaliesta: išsiaiškinkite, kieno ji, ir pervadinkite arba pašalinkite
backup-scratch-busy = serveryje { $server } vyksta kitas šios užduoties bandomasis atkūrimas; pakartokite, kai jis baigsis
backup-scratch-runs-events = serverio { $server } įvykių planuoklė įjungta: atkurti įvykiai ten būtų vykdomi; išjunkite ją (event_scheduler = OFF) arba išbraukite drill_server
backup-scratch-tells-no-maker = serveris { $server } nesaugo duomenų bazių komentarų, iš kurių atpažįstamos bandomųjų atkūrimų bazės; nurodykite „MariaDB“ 10.5 ar naujesnį
sheet-title = Atsarginių kopijų „{ $name }“ atkūrimo lapas
sheet-what = Sudarytas { $at }. Kas turi šį lapą ir pasiekia saugyklą, gali perskaityti viską, kas joje. Laikykite seife, atskirai nuo mašinų, kurias jis padėtų atkurti.
sheet-location = Kur saugykla
sheet-key = Atkūrimo raktas (raidės ir brūkšneliai tokie, kokie čia; raidžių o, i, l ir u nėra)
sheet-how = Kaip atkurti tuščioje mašinoje
sheet-step-key = Įdiekite „restic“ ir programą „rotused“ (vienas failas), raktą įrašykite į failą „key“, jei galite – be eilutės pabaigos.
sheet-step-list = Pažiūrėkite, kas yra; nurodžius ne tą JOB, išvardijama, kokios yra užduotys:
sheet-step-restore = Atkurkite vieną dalį į failą arba aplanką:
sheet-step-load = Įkelkite duomenų bazės kopiją:
sheet-without = Be „rotused“: restic -r VIETA --password-file key snapshots; restic … dump KOPIJA /FAILAS > FAILAS; restic … restore KOPIJA --target APLANKAS.
backup-tool-missing = programa { $program } neįdiegta; įdiekite jos paketą (postgresql-client, mariadb-client…) arba nurodykite aplanką: programs = "/kelias"
backup-tool = programa { $program } nepavyko (išėjimo kodas { $status }): { $detail }
backup-stalled = iš { $program } nieko negauta { $seconds } s; nutraukta
backup-cut-off = „{ $part }“ kopija be pabaigos ({ $detail }): ji nutrūko ir nelaikoma kopija
backup-source-missing = { $what } nėra; prijunkite arba pataisykite užduotį
backup-incomplete = ne viską pavyko perskaityti: { $detail }; leiskite „rotused“ tai skaityti arba išskirkite (exclude)
backup-unreachable = saugykla neatsako: { $detail }
backup-no-room = diske { $path } liko { $free } baitų, o ankstesniems kopijavimams reikėjo { $needed }; atlaisvinkite vietos
backup-wal-off = serveris savo žurnalo (WAL) neatiduoda: nustatykite archive_mode = on ir archive_command = 'rotused wal push %p' ir paleiskite jį iš naujo
backup-wal-not-handed-over = serveris negali atiduoti savo žurnalo (WAL) failo { $segment }, paskutinis bandymas { $since }; kodėl, parašyta paties serverio žurnale. Kol kas jis viską laiko pas save ir jo diskas pildosi
backup-wal-waits = { $segments } serverio žurnalo (WAL) failai laukia, kol bus atiduoti; pažiūrėkite, ar nepakibo archive_command ir ar neneša jų kitur
backup-wal-elsewhere = serveris sako savo žurnalą (WAL) atidavęs iki { $segment }, bet čia nieko neatėjo; archive_command turi būti 'rotused wal push %p' su tuo pačiu aplanku, kurį užduotis nurodo kaip wal
backup-wal-missing = serverio žurnalo (WAL) dalis nuo { $first } iki { $last } neatėjo: nieko, kas buvo po jos, atkurti nepavyks. Pradėkite naują bazinę kopiją: rotused backup run
backup-unexpected = komanda „restic { $command }“ nepavyko (išėjimo kodas { $status }): { $detail }

## Svetainė

site-skip = Pereiti prie turinio
site-menu = Pagrindinis meniu
site-path = Jūs esate čia
site-news = Naujienos
site-events = Artimiausi renginiai
site-when = Kada
site-where = Kur
site-act-name = { $form } Nr. { $number }
site-act-form = Aktas
site-act-number = Numeris
site-act-adopted = Priimtas
site-act-council-decision = Tarybos sprendimas
site-act-mayor-decree = Mero potvarkis
site-act-director-order = Administracijos direktoriaus įsakymas
site-validity-draft = Projektas
site-validity-pending = Dar neįsigaliojo
site-validity-in-force = Galioja
site-validity-amended = Galioja su pakeitimais
site-validity-repealed = Negalioja
site-validity-expired = Negalioja
site-people = Į ką kreiptis
site-position = Pareigos
site-phone = Telefonas
site-email = El. paštas
site-entity-code = Įstaigos kodas
site-feed = Naujienų srautas (Atom)
site-day = { $year }{"\u00A0"}m. { $month }{"\u00A0"}{ $day }{"\u00A0"}d.
site-month-1 = sausio
site-month-2 = vasario
site-month-3 = kovo
site-month-4 = balandžio
site-month-5 = gegužės
site-month-6 = birželio
site-month-7 = liepos
site-month-8 = rugpjūčio
site-month-9 = rugsėjo
site-month-10 = spalio
site-month-11 = lapkričio
site-month-12 = gruodžio
site-month = { $year }{"\u00A0"}m. { $month }
site-month-choose = Kitas mėnuo
site-month-present = Šis mėnuo
site-month-list = Rodyti sąrašą
site-month-name-1 = sausis
site-month-name-2 = vasaris
site-month-name-3 = kovas
site-month-name-4 = balandis
site-month-name-5 = gegužė
site-month-name-6 = birželis
site-month-name-7 = liepa
site-month-name-8 = rugpjūtis
site-month-name-9 = rugsėjis
site-month-name-10 = spalis
site-month-name-11 = lapkritis
site-month-name-12 = gruodis
site-weekday-1 = pirmadienis
site-weekday-2 = antradienis
site-weekday-3 = trečiadienis
site-weekday-4 = ketvirtadienis
site-weekday-5 = penktadienis
site-weekday-6 = šeštadienis
site-weekday-7 = sekmadienis
site-short-weekday-1 = Pr
site-short-weekday-2 = An
site-short-weekday-3 = Tr
site-short-weekday-4 = Kt
site-short-weekday-5 = Pn
site-short-weekday-6 = Št
site-short-weekday-7 = Sk
site-built = { $pages ->
    [one] Sukurtas { $pages } puslapis
    [few] Sukurti { $pages } puslapiai
   *[other] Sukurta { $pages } puslapių
} aplanke { $output }.
site-template = šablonas neteisingas: { $detail }
site-template-on = šablonas netinka puslapiui { $page }: { $detail }
site-not-built = Turinyje { $count ->
    [one] yra { $count } klaida
    [few] yra { $count } klaidos
   *[other] yra { $count } klaidų
}; svetainė nesukurta, ankstesnė liko tokia, kokia buvo.

## Ką redaktoriui taisyti

site-missing-file = tokio failo nėra; --site turi būti aplankas, kuriame yra site.toml ir content/
site-not-a-file = simbolinės nuorodos neskelbiamos; įdėkite patį failą
site-structure = Struktūra
site-language-name = Lietuvių
site-menu-word = Meniu
site-search-do = Ieškoti
site-all-news = Visos naujienos
site-all-events = Visi renginiai
site-needed = Dažniausiai reikia
site-deadlines = Posėdžiai, konsultacijos, terminai
site-directory = Kontaktų katalogas
site-directory-summary = Darbuotojų ir padalinių telefonai, el. pašto adresai, kabinetai ir priėmimo laikas.
site-index-summary = Visi svetainės skyriai ir puslapiai viename sąraše.
site-directory-name = Vardas ir pavardė
site-directory-units = Padaliniai
site-index = Svetainės medis
site-updated-on = Atnaujinta
site-responsible-unit = Už puslapį atsako
site-feedback = Pranešti apie netikslumą šiame puslapyje
site-months = Mėnesio kalendorius
site-short-month-1 = saus.
site-short-month-2 = vas.
site-short-month-3 = kovo
site-short-month-4 = bal.
site-short-month-5 = geg.
site-short-month-6 = birž.
site-short-month-7 = liep.
site-short-month-8 = rugp.
site-short-month-9 = rugs.
site-short-month-10 = spal.
site-short-month-11 = lapkr.
site-short-month-12 = gruod.
site-short-draft = juodraštis
site-short-embargo = dar neviešas
site-short-expired = nebeaktualu
site-repeats = Kartojasi
site-repeats-until = iki { $day }
site-repeats-next = artimiausias { $when }
site-frequency-daily = kasdien
site-frequency-weekly = kas savaitę
site-frequency-monthly = kas mėnesį
site-frequency-yearly = kasmet
site-press-release = pranešimas spaudai
site-act-by-drafted = Rengiami pakeitimai
site-alias = „{ $alias }“ negali būti senas šios svetainės adresas; rašykite, pavyzdžiui, /2023/04/posedis/
site-done = atlikta
site-not-done = neatlikta
site-svg-active = piešinyje yra programos kodo; įrašykite jį kaip paprastą SVG arba PNG
site-told = Atkreipkite dėmesį ({ $count }):
site-home = Pradžia
site-search = Paieška
site-search-for = Ko ieškote?
site-search-type = Tipas
site-search-year = Metai
site-search-unit = Padalinys
site-search-all = visi
site-search-one = Rastas {"{n}"} puslapis
site-search-few = Rasti {"{n}"} puslapiai
site-search-many = Rasta {"{n}"} puslapių
site-search-none = Nieko nerasta. Patikrinkite rašybą arba ieškokite kitų žodžių.
site-search-more = Rodyti daugiau
site-search-failed = Paieška šiuo metu neveikia.
site-search-script = Paieškai reikia JavaScript. Be jo naudokitės meniu.
site-notice-until = Galioja iki
site-contents = Turinys
site-attachments = Priedai
site-table = Lentelė
site-topics = Temos
site-related = Susiję puslapiai
site-backlinks = Į šį puslapį veda
site-near = Gretimi puslapiai
site-pages = Sąrašo puslapiai
site-page-before = Ankstesnis puslapis
site-page-after = Kitas puslapis
site-archive = Pagal metus
site-facet-form = Rūšis
site-facet-category = Kategorija
site-facet-time = Laikas
site-facet-topic = Tema
site-facet-coming = Būsimi
site-facet-past = Praėję
site-facet-all = Rodyti visus
site-subscribe = Prenumeruoti
site-by-mail = Gauti el. paštu
site-by-mail-how = arba parašykite laišką adresu { $address }, kurio tema – „{ $subject }“
site-feed-of-section = Prenumeruoti (Atom)
site-calendar-of-section = Kalendorius (iCalendar)
site-to-calendar = Įsirašyti į kalendorių
site-updated = atnaujinta
site-untranslated = (šio puslapio vertimo nėra)
site-mark-draft = Juodraštis: gyventojai šio puslapio nemato.
site-mark-embargo = Gyventojai šį puslapį matys vėliau.
site-mark-expired = Šis puslapis nebeaktualus.
site-moved = Puslapis perkeltas
site-not-found = Tokio puslapio nėra
site-not-found-advice = Gal jis perkeltas arba adrese yra klaida. Pasinaudokite meniu arba paieška.
site-organiser = Organizatorius
site-price = Kaina
site-registration = Registracija
site-room = Kabinetas
site-address = Adresas
site-reception = Priėmimo laikas
site-parent = Priklauso
site-head = Vadovas
site-reports_to = Pavaldus
site-unit = Padalinys
site-by-parent = Jam priklauso
site-of-unit-people = Darbuotojai
site-of-unit-services = Paslaugos
site-of-unit-others = Kiti padalinio puslapiai
site-deadline = Iki
site-number = Numeris
site-procedure = Pirkimo būdas
site-pay = Darbo užmokestis
site-how = Kaip dalyvauti
site-result = Rezultatas
site-link = Nuoroda
site-drafts = Projektas
site-level = Kam skirta
site-lecturer = Lektorius
site-partner = Partneris
site-partners = Partneriai
site-media-contact = Kontaktas žiniasklaidai
site-programme = Programa
site-dataset-updated-every = Atnaujinama
site-dataset-period = Laikotarpis
site-dataset-licence = Licencija
site-updating-daily = kasdien
site-updating-weekly = kas savaitę
site-updating-monthly = kas mėnesį
site-updating-quarterly = kas ketvirtį
site-updating-annual = kasmet
site-updating-irregular = nereguliariai
site-service-who = Kas gali kreiptis
site-service-duration = Trukmė
site-service-responsible = Atsakingas
site-service-needed = Ko reikės
site-service-steps = Eiga
site-service-order = Užsakyti internetu
site-service-legal-basis = Teisinis pagrindas
site-event-moved = Renginys perkeltas
site-event-planned = Renginys vyks
site-severity-information = Žinotina
site-severity-warning = Įspėjimas
site-severity-danger = Pavojus
site-event-cancelled = Renginys atšauktas
site-editions = Teksto redakcijos
site-editions-why = Kuris tekstas kurią dieną galiojo.
site-edition-until-now = dabar
site-edition-present = Galioja dabar
site-edition-original = Pirminis tekstas – šiame puslapyje
site-edition-consolidated = Suvestinė redakcija
site-edition-missing = Suvestinė redakcija dar nepaskelbta: ankstesnį tekstą skaitykite kartu su pakeitimu
site-edition-present-text = Dabar galiojantis tekstas (suvestinė redakcija)
site-edition-by = Pakeitė
site-act-in-force-from = Įsigalioja
site-act-in-force-to = Galioja iki
site-act-register = Registro (TAR) numeris
site-act-sitting = Posėdis
site-act-consultation-until = Pastabos priimamos iki
site-act-signatory = Pasirašė
site-act-amends = Keičia
site-act-repeals = Panaikina
site-act-implements = Įgyvendina
site-act-by-amends = Jį keičia
site-act-by-repeals = Jį panaikino
site-act-by-implements = Jį įgyvendina
site-alert-note = Pastaba
site-alert-tip = Patarimas
site-alert-important = Svarbu
site-alert-warning = Įspėjimas
site-alert-caution = Atsargiai
site-footnote-back = Atgal į tekstą
site-map = Vieta žemėlapyje
site-video = Vaizdo įrašas
site-moment = data arba data ir laikas, pavyzdžiui, 2026-11-23 arba 2026-11-23T17:30
site-coordinates = vieta: šiaurės platuma ir rytų ilguma
site-link-kind = nuoroda
site-type-section = Skyrius
site-type-page = Puslapis
site-type-news = Naujiena
site-type-event = Renginys
site-type-act = Teisės aktas
site-type-service = Paslauga
site-type-person = Darbuotojas
site-type-unit = Padalinys
site-type-vacancy = Laisva darbo vieta
site-type-procurement = Viešasis pirkimas
site-type-consultation = Konsultacija
site-type-dataset = Duomenų rinkinys
site-type-course = Mokymai
site-type-visit = Vizitas
site-type-project = Projektas
site-type-notice = Pranešimas
site-type-sitting = Posėdis
site-type-document = Dokumentas
site-body-council = Taryba
site-body-committee = Komitetas
site-body-commission = Komisija
site-quarter = ketvirtis, nuo 1 iki 4
site-sitting-present = Dalyvavo narių
site-sitting-absent = Nedalyvavo
site-sitting-broadcast = Transliacija
site-sitting-agenda = Darbotvarkė
site-sitting-decisions = Priimti sprendimai
site-document-period = Laikotarpis
site-document-year = { $year } m.
site-document-quarter = { $year } m. { $quarter } ketvirtis
site-absent = Informacija neteikiama, nes
site-easy-to-read = Lengvai suprantama kalba
site-easy-to-read-of = Visas tekstas
site-sign-language = Gestų kalba
site-front-matter-open = puslapio antraštė nesibaigia: po jos turi būti eilutė „{ $fence }“
site-yaml = tai nėra taisyklingas YAML: { $detail }
site-language-unknown = site.toml nesako, kaip įstaiga vadinama šia kalba: pridėkite [{ $language }] ir title = "…"
site-changed-meanwhile = failas pasikeitė, kol svetainė buvo kuriama; kurkite dar kartą
site-name-not-utf8 = failo pavadinimas nėra UTF-8 tekstas; pervadinkite failą
site-too-large = tekstas didesnis nei { $megabytes } MB; toks failas čia pateko per klaidą
site-reference-missing = „{ $name }“ nėra ({ $type }); rašykite failo vardą be .md, akto numerį arba kelią iki failo
site-reference-type = „{ $name }“ yra kito tipo; čia turi būti { $type }
site-reference-several = „{ $name }“ tinka keliems puslapiams: { $files }; rašykite kelią iki failo arba „metai numeris“
site-circle = puslapiai sudaro ratą ({ $key }): { $files }
site-link-anchor = nuoroda veda į „{ $link }“, o tokios antraštės ten nėra
site-picture-missing = paveikslo „{ $link }“ nėra; įdėkite failą šalia puslapio
site-picture-elsewhere = paveikslas „{ $link }“ yra kitoje svetainėje; įdėkite failą šalia puslapio
site-picture-alt = nurodykite, kas pavaizduota: ![kas pavaizduota](failas.jpg)
site-picture-not = tai ne paveikslas, kad ir kaip vadinasi failas; atverkite jį ir įrašykite kaip JPEG arba PNG
site-picture-format = { $format } paveikslų rodyti negalima; įrašykite kaip JPEG (nuotrauką) arba PNG (piešinį)
site-picture-pixels = paveikslas per didelis: { $width } × { $height } taškų; 3000 taškų pločio pakanka
site-picture-memory = paveikslui atverti reikia per daug atminties; įrašykite jį po 8 bitus kanalui arba sumažinkite
site-picture-thin = paveikslas per ilgas ir per siauras: { $width } × { $height } taškų; padalykite jį
site-picture-truncated = paveikslo failas nutrūksta; nukopijuokite jį iš naujo
site-picture-damaged = paveikslo failas sugadintas; atverkite jį savo kompiuteryje ir įrašykite iš naujo
site-picture-failed = paveikslo paruošti nepavyko: { $error }
site-document-missing = dokumento „{ $link }“ nėra; įdėkite failą šalia puslapio
site-contact-missing = „{ $name }“ nėra nei darbuotojas, nei padalinys
site-block-line = šioje vietoje negali būti „{ $line }“; rašykite, pavyzdžiui: { $example }
site-no-words = kataloge nėra žodžių „{ $key }“
site-unchanged = Nuo praėjusio karto niekas nepasikeitė.
site-no-page = puslapio „{ $page }“ nėra; rašykite jo failą arba adresą, pavyzdžiui, content/kontaktai.md arba /kontaktai/
site-state-public = viešas
site-state-expired = nebeaktualus
site-state-draft = juodraštis
site-state-embargo = bus viešas { $when }
site-links-from = Nuorodos iš puslapio:
site-links-to = Nuorodos į puslapį:
site-explain-file = Failas
site-explain-type = Tipas
site-explain-address = Adresas
site-explain-state = Būsena
site-explain-next = Pasikeis
site-explain-translations = Vertimai
site-explain-names = Mini
site-explain-named-by = Jį mini
site-explain-linked-by = Nuorodos iš
site-explain-lists = Sąrašai
site-same-address = adresą { $address } jau turi { $other }; vieną failą pervadinkite
site-section-missing = aplankas neturi savo puslapio; pridėkite šį failą su eilutėmis +++, title = "…", +++
site-front-matter-missing = failas turi prasidėti eilute +++, po jos title = "…" ir kas dar privaloma pagal puslapio tipą, tada eilutė +++
site-ends-before-start = renginys baigiasi anksčiau, nei prasideda
site-base-url = svetainės adresas be aplanko
site-link-missing = nuoroda veda į „{ $link }“, o to nėra; nuorodos į puslapius rašomos kaip nuorodos į jų .md failus
site-link-outside = nuoroda „{ $link }“ veda už svetainės aplanko
site-link-unpublished = nuoroda veda į „{ $link }“, kuris dar nepaskelbtas
site-link-scheme = nuoroda „{ $link }“ yra tokios rūšies, kokios svetainėje negali būti (galima https, http, mailto, tel)

## Būsenos puslapiai

web-site-name = Rotušė: tinklas ir atsarginės kopijos
web-language = Kalba
web-language-name = Lietuvių
web-skip = Pereiti prie turinio
web-made = Būsena
web-refreshes = Puslapis pats atsinaujina kas 10 s.
web-pause = Nebeatnaujinti
web-is-paused = Puslapis pats neatsinaujina.
web-resume = Vėl atnaujinti
web-metrics = rodikliai
web-health = sveikata
web-to-overview = Į apžvalgą
web-headline-up = Viskas veikia
web-headline-down = { $count ->
    [one] { $count } nepašalintas gedimas
    [few] { $count } nepašalinti gedimai
   *[other] { $count } nepašalintų gedimų
}
web-headline-unwritten = Nepavyksta įrašyti įvykių
web-headline-degraded = { $count ->
    [one] Gedimų nėra, bet { $count } objektui reikia dėmesio
    [few] Gedimų nėra, bet { $count } objektams reikia dėmesio
   *[other] Gedimų nėra, bet { $count } objektų reikia dėmesio
}
web-headline-unknown = { $count ->
    [one] Gedimų nėra; { $count } objekto būsena dar nežinoma
    [few] Gedimų nėra; { $count } objektų būsena dar nežinoma
   *[other] Gedimų nėra; { $count } objektų būsena dar nežinoma
}
web-headline-nothing = Niekas nestebima ir nekopijuojama: konfigūracijoje nėra nei įrenginių, nei užduočių
web-state-up = Veikia
web-state-degraded = Stringa
web-state-unknown = Nežinoma
web-state-down = Neveikia
web-state-maintenance = Vyksta darbai
web-state-unreachable = Nepasiekiama
web-incidents = Nepašalinti gedimai
web-incident-number = gedimas Nr. { $count }
web-backup-of = Atsarginė kopija: { $title }
web-devices = Įrenginiai pagal būseną
web-all-devices = Visi įrenginiai
web-without-site = Vieta nenurodyta
web-troubled = Įrenginiai, kuriems reikia dėmesio
web-well = Veikiantys įrenginiai
web-website = Svetainė
web-website-release = paskelbta { $commit }
web-website-unknown = nežinoma, kas paskelbta: { $error }
web-device = Įrenginys
web-state = Būsena
web-since-column = Nuo
web-since = nuo
web-checks = Tikrinimai
web-name = Pavadinimas
web-address = Adresas
web-place = Vieta
web-interval = Tikrinama kas
web-asked = Paskutinis tikrinimas
web-kind-icmp = Aido užklausa (ICMP)
web-kind-tcp = TCP ryšys
web-kind-snmp = SNMP
web-kind-tls = TLS sertifikatas
web-kind-http = Tinklalapis (HTTP)
web-kind-smtp = Pašto serveris (SMTP)
web-kind-imap = Pašto dėžutės (IMAP)
web-kind-mail = Laiško kelionė
web-kind-dns = Vardų serveris (DNS)
web-kind-ntp = Laiko serveris (NTP)
web-kind-postgres = PostgreSQL
web-kind-mysql = MySQL arba MariaDB
web-kind-exec = Įskiepis
web-percent = { $value } %
metric-rtt-seconds = Atsako laikas
metric-rtt-min-seconds = Trumpiausias atsako laikas
metric-rtt-max-seconds = Ilgiausias atsako laikas
metric-jitter-seconds = Atsako laiko svyravimas
metric-loss-ratio = Prarasta
metric-duplicates = Pasikartojantys atsakymai
metric-reply-ttl = TTL
metric-connect-seconds = Prisijungta per
metric-resolve-seconds = Vardas rastas per
metric-tls-handshake-seconds = TLS susitarta per
metric-first-byte-seconds = Pirmas baitas po
metric-banner-seconds = Pasisveikinta po
metric-login-seconds = Prisistatyta per
metric-query-seconds = Užklausa įvykdyta per
metric-total-seconds = Iš viso
metric-mail-round-trip-seconds = Laiškas pristatytas per
metric-body-octets = Dydis
metric-certificate-remaining-seconds = Sertifikatas dar galioja
metric-clock-offset-seconds = Laikrodis skiriasi
metric-stratum = Sluoksnis (stratum)
metric-connections = Prisijungimų
metric-connections-ratio = Išnaudota prisijungimų
metric-replication-lag-seconds = Kopija atsilieka
metric-poll-seconds = Atsakyta per
metric-receive-bits-per-second = Gauna
metric-transmit-bits-per-second = Siunčia
metric-receive-errors-per-second = Gavimo klaidų per sekundę
metric-transmit-errors-per-second = Siuntimo klaidų per sekundę
metric-receive-discards-per-second = Atmesta gautų paketų per sekundę
metric-transmit-discards-per-second = Atmesta siunčiamų paketų per sekundę
metric-processor-load-ratio = Procesoriaus apkrova
metric-memory-used-ratio = Užimta atminties
metric-storage-used-ratio = Užimta vietos
metric-temperature-celsius = Temperatūra, °C
metric-voltage-volts = Įtampa, V
metric-current-amperes = Srovė, A
metric-power-watts = Galia, W
metric-frequency-hertz = Dažnis, Hz
metric-humidity-ratio = Drėgmė
metric-fan-rpm = Ventiliatorius, sūkių per minutę
metric-supply-level-ratio = Liko eksploatacinės medžiagos
metric-pages-printed-total = Išspausdinta puslapių
metric-battery-charge-ratio = Baterijos įkrova
metric-battery-runtime-seconds = Baterijos užteks
metric-ups-load-ratio = UPS apkrova
metric-plugin-value = Reikšmė
metric-plugin-seconds = Laikas
metric-plugin-ratio = Dalis
metric-plugin-octets = Dydis
metric-plugin-total = Suskaičiuota
web-said = Sako
web-interfaces = Sąsajos
web-interfaces-up = veikia { $up } iš { $all }
web-not-asked = dar netikrinta
web-not-asked-again = nuo „rotused“ paleidimo dar netikrinta; tai ankstesnė būsena
web-unconfirmed = paskutinis atsakymas blogas, tikrinama dar kartą: { $reason }
web-ago = prieš { $duration }
web-in = po { $duration }
web-never = niekada
web-not-known = nežinoma
web-jobs = Atsarginės kopijos
web-job-proven = Patikrinta
web-job-unproven = Nepatikrinta
web-job-failed = Nepavyko
web-job-interrupted = Nutraukta
web-job-complete = Padaryta
web-job-complete-words = Padaryta visa kopija, ji įrašyta į katalogą.
web-job-running-estimate = kopijuojama jau { $duration }: { $octets } iš maždaug { $expected }, liko apie { $left }
web-job-running-octets = kopijuojama jau { $duration }, perskaityta { $octets }
web-job-waiting = Dar nedaryta
web-job-proven-words = Kopija padaryta, perskaityta iš saugyklos ir palyginta.
web-job-unproven-words = Kopija padaryta, bet jos patikrinti nepavyko: { $reason }
web-job-dump-failed = Nepavyko perskaityti duomenų: { $reason }
web-job-store-failed = Nepavyko išsaugoti kopijos: { $reason }
web-job-interrupted-words = Kopijavimas nutrauktas, patikrintos kopijos nepadaryta.
web-job-never-run = Laukia pirmojo kopijavimo.
web-job-first-run = Daroma pirmoji kopija.
web-job-running = kopijuojama jau { $duration }
web-job-ended = Paskutinis kopijavimas
web-job-took = Truko
web-job-size = Dydis
web-job-added = Pridėta į saugyklą
web-job-snapshot = Kopijos žymuo
web-job-wal = WAL išsaugotas
web-job-wal-words = iki { $last }, { $at }
web-job-runs = Kopijavimai
web-job-runs-words = pavyko – { $proven }, nepavyko – { $failed }
web-job-last-proven = Paskutinė patikrinta kopija
web-job-next = Kitas kopijavimas
web-drill-passed = Pavyko
web-drill-failed = Nepavyko
web-drill-passed-words = Atkurta { $octets }; lentelės ({ $tables }) ir eilutės ({ $rows }) tokios, kokios buvo nukopijuotos.
web-drill-passed-given-words = Atkurta { $octets } į serverį { $server }; lentelės ({ $tables }) ir eilutės ({ $rows }) tokios, kokios buvo nukopijuotos. Savininkai, teisės ir rolės ten neatkurti.
web-promise-kept = laikomasi
web-promise-broken = nesilaikoma
web-promise-none = nepažadėta
web-at-most = ne daugiau kaip
web-job-age = Naujausios amžius (RPO)
web-job-restore = Atkūrimo trukmė (RTO)
web-job-drill = Paskutinis bandomasis atkūrimas
web-job-next-drill = Kitas bandomasis atkūrimas
web-job-sizes = Naujausių { $count } kopijų dydžiai: nuo { $least } iki { $greatest }.
web-audit = Kopijos auditoriui
web-audit-what = Kas kopijuojama, kada, kiek laiko ir kur saugoma, kada paskutinį kartą įrodyta. Būsena
web-audit-source = Kas
web-audit-schedule = Kada (systemd.time(7))
web-audit-keep = Saugoma
web-audit-places = Kur
web-audit-encryption = Šifruota
web-audit-restic = „restic“, dar prieš išsiunčiant iš šios mašinos: AES-256-CTR, vientisumas – Poly1305-AES; raktą saugo scrypt
web-audit-read-back = Paskutinį kartą perskaityta ir palyginta
web-audit-seal = Kopijų įrašai ({ $count }) susieti grandine; ar kiekvienas toks, koks buvo įrašytas, patikrina „rotused backup verify“. Naujausias antspaudas:
web-keep-all = neribotai
web-keep-last = paskutinės
web-keep-hourly = kas valandą
web-keep-daily = kasdienės
web-keep-weekly = savaitinės
web-keep-monthly = mėnesinės
web-keep-yearly = metinės
web-keep-within = visos, ne senesnės kaip
web-job-source = Iš kur ir kur
web-agent = Ką įrenginys sako apie save
web-system-model = Modelis
web-system-serial-number = Serijos numeris
web-system-software-version = Programinės įrangos versija
web-system-name = Vadina save
web-system-description = Aprašas
web-system-location = Vieta
web-system-contact = Atsakingas asmuo
web-system-uptime = Agentas veikia jau
web-interface-up = Veikia
web-interface-down = Neveikia
web-interface-testing = Bandoma
web-interface-unknown = Nežinoma
web-interface-dormant = Laukia
web-interface-not-present = Nėra
web-interface-lower-layer-down = Neveikia žemesnis sluoksnis
web-speed = Sparta
web-received = Gauna
web-sent = Siunčia
web-last-day = Paskutinės 24 valandos
web-graph-summary = { $name }: mažiausiai { $least }, vidutiniškai { $mean }, daugiausia { $greatest }.
web-zoom = Priartinti
web-zoom-label = Priartinti grafiką: { $name }
web-chart-back = Anksčiau
web-chart-forward = Vėliau
web-chart-in = Priartinti
web-chart-out = Atitolinti
web-chart-whole = Visas laikotarpis
web-chart-close = Uždaryti
web-chart-how = Priartinti galima ir pele pažymint laikotarpį grafike.
web-chart-failed = Duomenų perskaityti nepavyko.
web-chart-empty = Šiuo laikotarpiu nieko nematuota.
web-graphs-missing = Nepavyksta perskaityti paskutinių 24 valandų duomenų; priežastis įrašyta „rotused“ žurnale.
web-overload = Reikia daugiau, negu ši mašina spėja: iš šimto patikrų viena prasideda vėluodama daugiau kaip { $time }, o praleista turų – { $skipped }. Klauskite rečiau arba duokite daugiau procesorių ar spartesnį diską.
web-unwritten = Nepavyksta įrašyti to, kas vyksta: { $error }
web-not-found = Nerasta
web-no-such-page = Tokio puslapio nėra.
web-no-such-device = Konfigūracijoje nėra įrenginio „{ $name }“.
web-broken = Puslapio parodyti nepavyko; priežastis įrašyta „rotused“ žurnale. Įrenginiai ir toliau stebimi, kopijos daromos.
web-too-slow = Puslapis ruoštas per ilgai; bandykite dar kartą.
web-host-refused = Šie puslapiai rodomi tik IP adresu, localhost arba vardu, įrašytu lentelės [web] rakte hosts, o ne „{ $host }“. Tarpinis (angl. reverse proxy) serveris turi siųsti tokį vardą arba Host: 127.0.0.1 su „rotused“ prievadu.
web-login = Prisijungimas
web-login-again = Prisijungti nepavyko
web-login-name = Naudotojo vardas
web-login-password = Slaptažodis
web-login-button = Prisijungti
web-login-help = Vardą ir slaptažodį suteikia rotused administratorius.
web-login-wrong = Vardas arba slaptažodis neteisingas. Patikrinkite ir bandykite dar kartą.
web-login-wait = Bandyta per daug kartų. Palaukite { $time } ir bandykite dar kartą.
web-login-needed = Šį adresą mato tik naudotojai: reikia vardo ir slaptažodžio.
web-login-elsewhere = Ši forma atėjo ne iš rotused puslapio, todėl nepriimta. Atverkite prisijungimo puslapį ir bandykite dar kartą; jei puslapius rodo tarpinis serveris, administratorius turi įrašyti jo vardą į hosts.
web-login-form = Tai ne prisijungimo forma. Atverkite prisijungimo puslapį ir bandykite dar kartą.
web-login-continue = Puslapis atveriamas
web-login-continues = Tuoj pateksite ten, kur veda nuoroda.
web-logout = Atsijungti
web-not-by-proxy = Šiuo adresu puslapiai rodomi tik per tarpinį serverį, kad slaptažodžio pakeliui niekas neperskaitytų. Kreipkitės tarpinio serverio adresu.
web-method-refused = Šiuos puslapius galima tik skaityti (GET, HEAD).
web-body-refused = Šių puslapių užklausa negali turėti turinio.
web-address-too-long = Tokio ilgo adreso čia nėra.
web-refused = Naujoje konfigūracijoje yra klaidų, todėl ji nenaudojama; galioja ankstesnė. Perskaityta:
web-device-kind = Rūšis
web-parents = Pasiekiamas per
web-notified = Ką įrenginys pranešė pats
web-availability = Pasiekiamumas
web-availability-csv = Tie patys skaičiai CSV faile
web-availability-how = Kaip skaičiuojama
web-availability-words = Pasiekiamumas yra laiko, kai įrenginys veikė (kad ir strigdamas), dalis viso to laiko, kai buvo žinoma, ar jis veikia. Paskelbti darbai ir laikas, kai įrenginys nestebėtas arba apie jį nieko nebuvo žinoma, neskaičiuojami. Kelių įrenginių pasiekiamumas yra jų pasiekiamumų vidurkis.
web-availability-face = Įrenginys vertinamas pagal aido užklausas (ICMP), o jei jų nėra – pagal visus jo tikrinimus: blogiausią tuo metu. Sutrikimas – nepertraukiamas laikas, kai įrenginys neveikė arba buvo nepasiekiamas; prasidėjęs anksčiau arba besitęsiantis skaičiuojamas tiek, kiek jo tenka šiam laikotarpiui.
web-availability-gaps = Kol „rotused“ buvo išjungta, laikoma, kad niekas nesikeitė. Atsako laikai rodomi tik iš tų matavimų, kurie tebėra saugomi.
web-availability-devices = Įrenginiai
web-availability-unread = Nepavyksta perskaityti įvykių žurnalo, todėl pasiekiamumo parodyti negalima; priežastis įrašyta „rotused“ žurnale.
web-month = { $year } m. { $month ->
    [1] sausis
    [2] vasaris
    [3] kovas
    [4] balandis
    [5] gegužė
    [6] birželis
    [7] liepa
    [8] rugpjūtis
    [9] rugsėjis
    [10] spalis
    [11] lapkritis
   *[12] gruodis
}
web-month-label = Mėnuo
web-group = Grupė
web-groups = Grupės
web-sites = Vietos
web-all-chosen = Iš viso
web-all-sites = Visos vietos
web-all-groups = Visos grupės
web-show = Rodyti
web-outages = Sutrikimai
web-lost = Neveikė
web-longest = Ilgiausias sutrikimas
web-maintenance = Darbai
web-unwatched = Nežinoma
web-device-count = Įrenginiai
web-round-trip-within = Atsako laikas
web-round-trips-pending = { $count ->
    [one] Dar skaičiuojami { $count } įrenginio atsako laikai
    [few] Dar skaičiuojami { $count } įrenginių atsako laikai
   *[other] Dar skaičiuojami { $count } įrenginių atsako laikai
}; po kelių sekundžių atverkite puslapį iš naujo.
web-no-devices-chosen = Tokių įrenginių nėra.
web-no-such-month = „{ $month }“ nėra prasidėjęs mėnuo; rašoma taip: 2026-11.
web-no-such-site = Nė vienas įrenginys nestovi vietoje „{ $name }“.
web-no-such-group = Nė vienas įrenginys nepriklauso grupei „{ $name }“.
device-kind-switch = komutatorius
device-kind-router = maršrutizatorius
device-kind-firewall = ugniasienė
device-kind-access-point = prieigos taškas
device-kind-wireless-controller = belaidžio tinklo valdiklis
device-kind-server = serveris
device-kind-nas = NAS saugykla
device-kind-printer = spausdintuvas
device-kind-ups = nepertraukiamo maitinimo šaltinis (UPS)
device-kind-camera = kamera
device-kind-phone = telefonas
device-kind-other = kita
notification-cold-start = agentas paleistas iš naujo
notification-warm-start = agentas paleistas iš naujo su ankstesne konfigūracija
notification-link-down = sąsaja išsijungė
notification-link-up = sąsaja įsijungė
notification-authentication-failure = kažkas kreipėsi į jo SNMP agentą su neteisinga bendruomene ar slaptafraze
notification-ups-on-battery = maitina iš akumuliatoriaus
notification-ups-low-battery = akumuliatorius beveik išsikrovė
notification-ups-power-restored = vėl maitinamas iš tinklo
notification-ups-alarm = prasidėjo pavojaus signalas
notification-ups-alarm-over = pavojaus signalas baigėsi
notification-printer-alert = spausdintuvui reikia žmogaus
notification-about = { $what } ({ $about })
config-unknown-parent = [[device]] „{ $device }“: nėra įrenginio „{ $name }“; { $hint }
config-parents-circle = [[device]] „{ $device }“ pasiekiamas per patį save; pataisykite parents
profile-given = given raktai yra stulpelių numeriai
config-threshold-capacity = of = "capacity" tinka tik receive_bits_per_second ir transmit_bits_per_second: jų talpa yra sąsajos greitis
config-threshold-hysteresis = { $key } yra ribos dalis: nuo 0 iki mažiau kaip 1, arba „5 %“
config-threshold-none = ribai reikia warn, fail arba abiejų
config-threshold-order = fail turi būti blogesnė riba už warn: didesnė, o su below = true – mažesnė
config-maintenance-backwards = darbai baigiasi anksčiau, nei prasideda: to turi būti vėliau už from
config-maintenance-too-long = vienu kartu darbai trunka daugiausia 31 dieną
config-maintenance-when = nurodykite, kada: from ir to – vieną kartą, arba schedule ir duration – kartojasi
config-maintenance-what = nurodykite, kam tai skirta: devices, sites arba groups
config-maintenance-device = [[maintenance]] „{ $title }“: nėra įrenginio „{ $name }“; { $hint }
config-maintenance-site = [[maintenance]] „{ $title }“: vietoje „{ $name }“ nėra jokio įrenginio; { $hint }
config-maintenance-group = [[maintenance]] „{ $title }“: grupėje „{ $name }“ nėra jokio įrenginio; { $hint }
config-unknown-gateway = gateways: nėra įrenginio „{ $name }“; { $hint }
reason-late = vienas iš šimto tikrinimų prasideda daugiau kaip { $by } vėliau, o praleista turų nuo paleidimo – { $skipped }: tikrinkite rečiau arba duokite mašinai daugiau procesorių ar greitesnį diską
reason-not-started = laiku nepradėta; paleiskite rotused iš naujo ir apie tai praneškite
notify-tag-warning = Įspėjimas
notify-tag-critical = Gedimas
notify-tag-escalated = Niekas nesiėmė
notify-tag-reminder = Tebeneveikia
notify-tag-resolved = Sutaisyta
notify-tag-digest = Suvestinė
notify-no-site = Vieta nenurodyta
notify-since = nuo { $from }, trunka { $duration }
notify-lasted = nuo { $from } iki { $to }, truko { $duration }
notify-taken = { $count ->
    [one] dėl to nepasiekiamas { $count } įrenginys: { $names }
    [few] dėl to nepasiekiami { $count } įrenginiai: { $names }
   *[other] dėl to nepasiekiama { $count } įrenginių: { $names }
}
notify-subject-one = [{ $tag }] { $what }: { $why }
notify-subject-site = [{ $tag }] { $site }: { $count ->
    [one] { $count } gedimas
    [few] { $count } gedimai
   *[other] { $count } gedimų
}, tikėtina priežastis – { $root }
notify-subject-sites = [{ $tag }] { $count ->
    [one] { $count } gedimas
    [few] { $count } gedimai
   *[other] { $count } gedimų
} { $sites ->
    [one] { $sites } vietoje
   *[other] { $sites } vietose
}, tikėtina priežastis – { $root }
config-notify-limit = limit turi būti bent 1
config-notify-link = link turi prasidėti http:// arba https://
config-unknown-channel = nėra kanalo „{ $name }“; { $hint }
web-pages = Puslapiai
web-page-overview = Apžvalga
web-page-incidents = Gedimai
web-page-backups = Kopijos
web-page-watcher = Pats stebėtojas
web-page-wall = Sienai
web-page-map = Tinklo schema
web-page-availability = Pasiekiamumas
web-incidents-page = Gedimų žurnalas
web-incidents-all = Visi gedimai
web-only-open = Tik nepašalinti
web-also-resolved = Ir jau pašalinti
web-no-incidents = Nepašalintų gedimų nėra.
web-incidents-more = Rodoma tik { $count } naujausių; daugiau parodo `rotused incident list --all --most N`.
web-incident-resolved = Sutaisyta
web-incident-warning = Įspėjimas
web-incident-critical = Gedimas
web-incident-commands = Šie puslapiai nieko nekeičia. Kad imatės gedimo, pastabą ar kaip jis sutaisytas, serveryje įrašykite komandomis `rotused incident ack`, `note` ir `repair`.
web-no-such-incident = Gedimo Nr. { $number } nėra.
web-acknowledged = Ėmėsi { $name }
web-works-on-it = Ėmėsi
web-nobody = dar niekas
web-number = Numeris
web-opened = Nuo
web-resolved = Iki
web-not-yet = dar ne
web-lasts = Trunka
web-lasted = truko
web-linked = Susijęs su
web-to-incidents = Į gedimų žurnalą
web-timeline = Kas vyko
web-taken-heading = Dėl to nepasiekiama
web-day-around = Para apie gedimą
web-taken = { $count ->
    [one] Dėl to nepasiekiamas { $count } įrenginys
    [few] Dėl to nepasiekiami { $count } įrenginiai
   *[other] Dėl to nepasiekiama { $count } įrenginių
}
web-more-incidents = { $count ->
    [one] Dar { $count } gedimas
    [few] Dar { $count } gedimai
   *[other] Dar { $count } gedimų
}
web-more-devices = { $count ->
    [one] Dar { $count } įrenginys; kad pamatytumėte, pasirinkite viršuje
    [few] Dar { $count } įrenginiai; kad pamatytumėte, pasirinkite viršuje
   *[other] Dar { $count } įrenginių; kad pamatytumėte, pasirinkite viršuje
}
web-search = Ieškoti
web-any = visi
web-show-all = Rodyti viską
web-show-site = Rodyti įrenginius
web-found-devices = { $count ->
    [one] { $count } įrenginys
    [few] { $count } įrenginiai
   *[other] { $count } įrenginių
}
web-jobs-troubled = Kopijos, kurioms reikia dėmesio
web-good-jobs = { $count ->
    [one] { $count } atsarginė kopija tvarkinga
    [few] { $count } atsarginės kopijos tvarkingos
   *[other] { $count } atsarginių kopijų tvarkingos
}
web-no-jobs = Atsarginių kopijų konfigūracijoje nėra.
web-job-started = Pradėta
web-job-newest-runs = { $count ->
    [one] Naujausias vykdymas ({ $count })
   *[other] Naujausi vykdymai ({ $count })
}
web-watcher-heading = Pats stebėtojas
web-watcher-well = Stebima taip, kaip turi būti
web-version = Laida
web-sqlite = SQLite
web-started = Paleista
web-watched = Stebima
web-watched-words = įrenginių – { $devices }, tikrinimų – { $checks }, kopijų – { $jobs }
web-late-half = Pusė tikrinimų prasideda per
web-late-p99 = 99 iš 100 prasideda per
web-skipped = Praleista turų
web-disk = Žurnalo diskas
web-disk-words = laisva { $free } iš { $size }
web-channels = Kaip pranešama žmonėms
web-no-channels = Dar neparašyta nė vieno laiško. Kanalai aprašomi [[channel]] faile rotused.toml, išbandomi komanda `rotused channel test`.
web-channel-works = Veikia
web-channel-fails = Neveikia
web-channel-unused = Dar nieko nepristatyta
web-letters-waiting = Laukia laiškų
web-letters-delivered = Paskutinis pristatytas
web-too-many-listeners = Per daug atvertų puslapių, kuriems iš karto pranešama apie pokyčius; šis žiūrės pats.
incident-opened = Sugedo
incident-resolved = Vėl veikia
incident-took = { $count ->
    [one] Dėl to nepasiekiamas { $count } tikrinimas
    [few] Dėl to nepasiekiami { $count } tikrinimai
   *[other] Dėl to nepasiekiama { $count } tikrinimų
}
remark-reported = apie tai pranešė
remark-acknowledged = ėmėsi
remark-acknowledged-with = ėmėsi: { $text }
remark-note = { $text }
remark-repair = sutaisė per { $minutes } min. Kas buvo: { $wrong }. Kas padaryta: { $done }.
remark-repair-with = sutaisė per { $minutes } min. Kas buvo: { $wrong }. Kas padaryta: { $done }. Dalys: { $parts }.
remark-closed = uždarė
remark-closed-with = uždarė: { $text }
remark-linked = susijęs su gedimu Nr. { $number }
letter-queued = Praneš { $channel }: { $subject }
letter-delivered = Pranešė { $channel }: { $answer }
letter-delayed = { $channel } dar nepranešė: { $answer }
letter-refused = { $channel } atsisakė: { $answer }
web-unreachable = neveikia tai, per ką jis pasiekiamas
web-unreachable-by = neveikia tai, per ką jis pasiekiamas: gedimas Nr. { $number }
web-in-maintenance = čia vyksta paskelbti darbai, niekam nepranešama
web-unreachable-heading = Nepasiekiama dėl kitų gedimų
web-used = Užimta
web-errors = Sugadinta ar atmesta
web-neighbour = Kitas galas
web-more-rows = dar { $count }; visas parodo `rotused snmp explain`
section-alerts = Kuo skundžiasi
section-ups = Nepertraukiamo maitinimo šaltinis
section-supplies = Sunaudojamos medžiagos
section-trays = Popieriaus dėklai
section-processors = Procesoriai
section-memory = Atmintis
section-storage = Tomai
section-sensors = Jutikliai
section-ups-outputs = Maitinamos linijos
section-power-ports = Maitinantys prievadai
section-neighbours = Kaimynai
section-hardware = Aparatinė dalis
field-description = Aprašas
field-severity = Kiek blogai
field-source = Maitinama iš
field-battery-status = Baterija
field-charge-percent = Įkrova
field-remaining-seconds = Pakaktų
field-load-percent = Apkrova
field-input-volts = Gauna
field-output-volts = Duoda
field-battery-celsius = Baterijos temperatūra
field-name = Pavadinimas
field-level-percent = Liko
field-colour = Spalva
field-state = Būsena
field-media = Popierius
field-level = Yra
field-capacity = Telpa
field-used-percent = Užimta
field-used-octets = Iš jų užimta
field-size-octets = Dydis
field-status = Būsena
field-value = Reikšmė
field-high-warning = Įspėja nuo
field-high-critical = Kritiška nuo
field-volts = Įtampa
field-amperes = Srovė
field-watts = Galia
field-local-interface = Sąsaja
field-port = Jo prievadas
field-address = Adresas
field-model = Modelis
field-serial-number = Serijos numeris
field-software-version = Programinė įranga
field-firmware-version = Programinė aparatinė įranga
web-last-week = Pastaroji savaitė
web-last-month = Pastarasis mėnuo
web-last-year = Pastarieji metai
web-map = Tinklo schema
web-map-of-site = Tinklo schema: { $site }
web-map-whole = Visa tinklo schema
web-map-label = { $count ->
    [one] { $title }: { $count } langelis ir jungtys tarp langelių. Tas pats sąrašu – po schema.
    [few] { $title }: { $count } langeliai ir jungtys tarp jų. Tas pats sąrašu – po schema.
   *[other] { $title }: { $count } langelių ir jungtys tarp jų. Tas pats sąrašu – po schema.
}
web-map-box = Schema; jei netelpa, ją galima slinkti į šoną
web-map-nothing = Schemoje nėra ko rodyti: konfigūracijoje nėra įrenginių.
web-map-no-site = Vietoje „{ $site }“ nėra jokio įrenginio.
web-map-sites = { $count ->
    [one] Stebimas { $count } įrenginys – vienai schemai per daug, todėl rodomos vietos. Pasirinkite vietą ir pamatysite, kas joje yra.
    [few] Stebimi { $count } įrenginiai – vienai schemai per daug, todėl rodomos vietos. Pasirinkite vietą ir pamatysite, kas joje yra.
   *[other] Stebima { $count } įrenginių – vienai schemai per daug, todėl rodomos vietos. Pasirinkite vietą ir pamatysite, kas joje yra.
}
web-map-of = { $count } iš { $all }
web-map-unlinked = Jungčių nežinoma
web-map-link = { $upper } – { $lower }
web-map-load = į čia { $down } spartos, iš čia { $up }
web-map-said-only = jungtis žinoma tik iš LLDP arba CDP
web-map-also = dar jungiasi su:
web-map-list = Ta pati schema sąrašu
web-map-key-configured = jungtis nurodyta konfigūracijoje
web-map-key-said = apie jungtį žinoma tik iš LLDP arba CDP
web-map-key-broken = veda ten, kas neveikia (✕) arba nepasiekiama (↯)
web-map-key-load = kuo storesnė, tuo didesnė spartos dalis naudojama: ↓ į įrenginį, ↑ iš jo
web-strip-heading = Kaip sekėsi
web-strip = Pasiekiama { $availability } laiko, nutrūkimų – { $outages }
web-more-outages = dar nutrūkimų: { $count }

## Vartai: kas neleidžia skelbti
check-severity-none = neminima
check-severity-note = Pastaba
check-severity-warning = Įspėjimas
check-severity-error = Klaida
check-rule-content = Iš tokio failo puslapio sukurti negalima.
check-rule-exception = Išimtis turi terminą, kad nebūtų pamiršta.
check-rule-approval = Skelbiami tik kalbos tvarkytojo suderinti tekstai (Valstybinės kalbos įstatymas).
check-rule-section = Svetainėje turi būti visi Vyriausybės 2003 m. balandžio 18 d. nutarimu Nr. 480 patvirtinto aprašo skyriai.
check-rule-empty-section = Skyrius negali būti tuščias: nurodoma, kodėl informacija neteikiama (Nr. 480, 14 punktas).
check-rule-periodic = Dokumentai skelbiami nustatytais terminais.
check-rule-deadline = Informacija skelbiama nustatytais terminais.
check-rule-act-number = Teisės aktai numeruojami iš eilės, kiekvienas numeris – tik vienas.
check-rule-act-force = Skaitytojas turi matyti, ar teisės aktas galioja ir kas jį pakeitė.
check-rule-press-release = Pranešimas spaudai turi atitikti posėdžio sprendimus.
check-rule-duplicate-title = Vienodai pavadintų puslapių nei sąraše, nei paieškoje neatskirsi.
check-rule-orphan = Puslapio, į kurį niekas neveda, niekas ir neras.
check-rule-alternative = Nematantis žmogus girdi tik aprašymą (WCAG 2.2, 1.1.1).
check-rule-heading-order = Antraštės yra turinys tam, kas puslapio nemato (WCAG 2.2, 1.3.1).
check-rule-link-text = Naršant po nuorodas, girdimi tik jų žodžiai (WCAG 2.2, 2.4.4).
check-rule-table-header = Be stulpelių pavadinimų lentelės skaičiai nieko nesako (WCAG 2.2, 1.3.1).
check-rule-contrast = Tekstą turi perskaityti ir silpnai matantis, ir žiūrintis saulėje (WCAG 2.2, 1.4.3).
check-contrast = { $text } ir { $behind } kontrastas – { $contrast }, o turi būti bent 4,5 ({ $reader ->
        [check-contrast-in-the-dark] tamsiame režime
        [check-contrast-for-more] kai prašoma didesnio kontrasto
        [check-contrast-for-more-in-the-dark] tamsiame režime, kai prašoma didesnio kontrasto
       *[other] įprastu režimu
    }); pritemdykite arba pašviesinkite vieną iš spalvų
check-rule-picture-size = Didelis failas ilgai siunčiasi, o už duomenis moka ir skaitytojas, ir savivaldybė.
check-picture-size = paveikslėlis „{ $file }“ yra { $size } MB, o užtenka { $most }; sumažinkite jį
check-rule-contact = Kontaktai keičiasi kataloge, o ranka įrašyti lieka seni.
check-rule-external-link = Nuoroda, kuri niekur neveda, apgauna skaitytoją.
check-rule-lost-address = Senas nuorodas žmonės turi laiškuose, dokumentuose ir paieškos sistemose.
check-lost-address = puslapio, buvusio adresu { $address }, nebėra ir niekas jo nepakeičia; puslapyje, kuris jį keičia, įrašykite aliases = ["{ $address }"]
site-unapproved = Skubus pranešimas: kalbos tvarkytojas teksto dar nepatikrino.
check-rule-personal-data = Asmens duomenys viešai skelbiami tik tada, kai to reikalauja įstatymas (BDAR 6 straipsnis).
check-rule-document = Dokumentai turi būti prieinami visiems (Direktyva (ES) 2016/2102).
check-rule-spelling = Viešas tekstas turi būti be klaidų (Valstybinės kalbos įstatymas).
check-rule-language = Žodynas tokios klaidos nepastebi (VLKK).
check-spelling-dictionary = rašyba nepatikrinta: { $error }
publish-refused-count = Rasta klaidų: { $errors }. Ištaisykite jas ir įrašykite iš naujo.
check-policy-missing = failo nėra
check-exception-over = išimties terminas baigėsi (įrašė { $author }, priežastis: { $reason }); ištaisykite tekstą arba pratęskite išimtį
check-approval-no-history = svetainė nėra git saugykloje, todėl nežinoma, kas suderinta; atlikite „git init“ ir įrašykite failus
check-approval-git = nepavyko sužinoti, kas suderinta: { $error }
check-approval-never = tekstas nesuderintas su kalbos tvarkytoju; suderinus atliekama „sitegen approve content/{ $file }“
check-approval-changed = tekstas pakeistas po suderinimo: { $difference }; suderinus iš naujo atliekama „sitegen approve content/{ $file }“
check-approval-urgent = skubus pranešimas skelbiamas nesuderintas; suderinti iki { $until }
check-approve-stranger = „{ $email }“ nėra tarp kalbos tvarkytojų; jie surašyti content/gate.toml, [approval], editors
check-approve-uncommitted = yra neįrašytų pakeitimų; pirma juos įrašykite („git commit“), kad būtų aišku, kuris tekstas suderintas
check-rules-long = antraštėje „{ $title }“ daugiau kaip keturi reikšminiai žodžiai
check-every-quarter = kas ketvirtį
check-every-year = kasmet
check-deadline-minutes = nėra posėdžio protokolo: jis skelbiamas per { $days } d. po posėdžio, terminas baigėsi { $since } ({ $source })
check-deadline-agenda = nėra darbotvarkės: ji skelbiama ne vėliau kaip prieš { $days } d., nuo { $since } ({ $source })
check-deadline-draft = projektas paskelbtas per vėlai: iki posėdžio turi būti ne mažiau kaip { $days } d., taigi ne vėliau kaip { $since } ({ $source})
check-deadline-statement = puslapis nebuvo peržiūrėtas ilgiau kaip { $days } d. (terminas { $since }, { $source }); peržiūrėkite ir įrašykite updated
check-section-missing = nėra skyriaus „{ $title }“ ({ $point } punktas); sukurkite content/{ $folder }
check-section-named = skyrius vadinasi „{ $name }“, o turi vadintis „{ $title }“ ({ $point } punktas)
check-section-empty = skyriuje „{ $title }“ nieko nėra ({ $point } punktas); įkelkite dokumentus arba įrašykite, pavyzdžiui, absent = "savivaldybė tokių tyrimų neatliko"
check-periodic = nėra dokumento už { $period }; jis turėjo būti iki { $since } ({ $source })
check-security-expires = security.txt galioja tik iki { $expires }; pratęskite site.toml, [security], expires (RFC 9116)
check-review = puslapį reikėjo peržiūrėti iki { $by }; peržiūrėkite ir pakeiskite review_by
check-rule-incomplete = Puslapyje turi būti tai, ko skaitytojas jame ieško.
check-undated = nėra published, todėl naujienų srautai ir prenumeratoriai apie puslapį nesužinos; įrašykite dieną, kurią jis paskelbtas
check-no-files = duomenų rinkinys be failų (distributions); pridėkite failą arba jo adresą
check-act-double = { $year } m. numeris { $number } jau yra faile { $other }
check-act-gap = { $year } m. po { $before } eina { $number }; trūkstamų aktų svetainėje nėra
check-act-of-draft = aktas { $number } keičia arba naikina projektą, kuris dar nepriimtas ({ $file })
check-act-before = aktas { $number } keičia arba naikina vėliau priimtą aktą { $other } ({ $file })
check-act-amends-repealed = aktas { $number } keičia aktą { $other }, kuris tuo metu nebegaliojo ({ $file })
check-act-longer = in_force_to vėlesnė, negu įsigaliojo aktą { $number } panaikinęs aktas { $other } ({ $file })
check-act-repealed-twice = aktą { $number } panaikino du aktai, antrasis – { $other } ({ $file })
check-act-no-consolidated = aktas { $number } nuo { $day } pakeistas aktu { $other }, bet tos dienos suvestinės redakcijos nėra; įrašykite consolidated = [{"{"} from = { $day }, text = "…" {"}"}]
check-act-edition-of-nothing = nuo { $day } akto { $number } niekas nepakeitė, todėl tos dienos suvestinės redakcijos negali būti; pataisykite from arba įrašykite, kuris aktas jį keičia
check-act-edition-twice = akto { $number } suvestinė redakcija nuo { $day } nurodyta du kartus
check-release-no-sitting = { $day } tarybos posėdžio svetainėje nėra; patikrinkite sitting
check-release-misses-decision = neminimas sprendimas: { $item }
check-release-misses-amended = neminimas pakeistas aktas: { $item }
check-release-misses-repealed = neminimas panaikintas aktas: { $item }
check-release-count = tekste rašoma, kad sprendimų { $told }, o svetainėje jų { $count }
check-release-title = Savivaldybės tarybos posėdis { $day }
check-release-opening = { $day } { $place } vykusiame savivaldybės tarybos posėdyje { $count ->
    [one] priimtas { $count } sprendimas
    [few] priimti { $count } sprendimai
   *[other] priimta { $count } sprendimų
}.
check-release-present = Posėdyje { $count ->
    [one] dalyvavo { $count } tarybos narys
    [few] dalyvavo { $count } tarybos nariai
   *[other] dalyvavo { $count } tarybos narių
}.
check-release-absent = Nedalyvavo { $names }.
check-release-decisions = Priimti sprendimai
check-release-amended = Sprendimų pakeitimai
check-release-repealed = Netekę galios
check-release-act = { $day } sprendimas Nr. { $number }
check-alternative = paveikslas „{ $file }“ neturi aprašymo; rašykite, pavyzdžiui, ![Renovuota mokykla]({ $file })
check-heading-order = po { $before } lygio antraštės eina { $level } lygio; praleisti lygių negalima
check-link-empty = nuoroda be žodžių; laužtiniuose skliaustuose parašykite, kas ja pasiekiama
check-link-text = nuoroda „{ $words }“ nesako, kur veda; rašykite, pavyzdžiui, [prašymo forma](…)
check-table-header = lentelė be stulpelių pavadinimų; įrašykite juos pirmoje eilutėje
check-contact = „{ $contact }“ yra darbuotojų kataloge; vietoj jo rašykite bloką „kontaktai“ su „{ $name }“ arba nuorodą į tą puslapį
check-duplicate-title = jau yra puslapis „{ $title }“ ({ $other }); pavadinkite kitaip
check-orphan = į puslapį neveda nei sąrašas, nei nuoroda; įdėkite nuorodą arba menu
check-format-text = tekstas
check-format-json = JSON
check-format-sarif = SARIF
check-format-forgejo = Forgejo
check-summary = { $errors ->
    [0] Skelbti galima
   *[other] Skelbti negalima: klaidų – { $errors }
}, įspėjimų – { $warnings }, pastabų – { $notes }, išimčių – { $excused }.
check-pending-none = Visi tekstai suderinti.
check-pending-off = Kalbos tvarkytojų nenustatyta (content/gate.toml, [approval]).
check-pending-new = niekada nederintas
check-pending-since = laukia { $days } d.
check-pending-uncommitted = dar neįrašytas
check-approved = { $count ->
    [one] Suderintas { $count } tekstas
    [few] Suderinti { $count } tekstai
   *[other] Suderinta { $count } tekstų
} (įrašas { $commit }).
check-standing-kept = yra ({ $count })
check-standing-absent = neteikiama: { $reason }
check-standing-empty = TUŠČIA
check-standing-named = KITAIP VADINASI: { $name }
check-standing-missing = NĖRA
check-standing-late = VĖLUOJA: { $period } (nuo { $since })
check-compliance-none = Reikalavimų nėra: content/rules.toml.
check-compliance-point = Punktas
check-compliance-title = Skyrius
check-compliance-standing = Būklė
check-compliance-updated = Atnaujinta
## Tikrinimas prieš skelbiant

check-personal-code = Čia yra asmens kodas ({ $value }), o viešai jo skelbti negalima. Pašalinkite jį iš teksto; jei failas jau buvo paskelbtas, praneškite duomenų apsaugos pareigūnui.
check-personal-iban = Čia yra banko sąskaitos numeris ({ $value }), kuris nėra įstaigos. Jei tai žmogaus sąskaita, pašalinkite ją; jei įstaigos – įrašykite ją į leidžiamų sąskaitų sąrašą.
check-personal-birth = Čia nurodyta žmogaus gimimo data. Jei jos skelbti nebūtina, pašalinkite ją arba palikite tik metus.
check-document-untagged = Šiame PDF nėra struktūros žymų, todėl ekrano skaitytuvai neatskiria antraščių, sąrašų ir lentelių. Įrašykite jį iš tekstų rengyklės iš naujo pasirinkę žymėtą („Tagged“) PDF arba paskelbkite tekstą pačiame puslapyje.
check-document-untitled = Šis dokumentas neturi pavadinimo arba skaityklė rodo ne jį, o failo vardą. Įrašykite pavadinimą dokumento savybėse, o PDF dar nurodykite, kad lango antraštėje būtų rodomas pavadinimas.
check-document-no-language = Šiame dokumente nenurodyta kalba, todėl ekrano skaitytuvai gali jį skaityti ne lietuviškai. Nurodykite kalbą tekstų rengyklėje ir įrašykite dokumentą iš naujo.
check-document-scanned = Šiame PDF yra tik puslapių nuotraukos, teksto jame nėra: jo negali perskaityti ekrano skaitytuvai, jame neveikia paieška. Paskelbkite pradinį dokumentą, o jei jo nebėra – atpažinkite tekstą (OCR) ir jį patikrinkite.
check-document-encrypted = Šis dokumentas apsaugotas slaptažodžiu arba jame apribota, ką galima daryti. Įrašykite jį be apsaugos, kad visi galėtų jį perskaityti.
check-document-tracked-changes = Šiame dokumente likę fiksuotų pakeitimų: kiekvienas gali pamatyti, kas buvo ištrinta ir kas taisė. Priimkite arba atmeskite visus pakeitimus ir įrašykite dokumentą iš naujo.
check-document-comments = Šiame dokumente likę komentarų, kuriuos matys visi. Ištrinkite juos ir įrašykite dokumentą iš naujo.
check-document-position = Nuotrauka čia saugo vietos koordinates: iš jų matyti, kur ji daryta, kartais – ir kieno namuose. Prieš skelbdami pašalinkite nuotraukos vietos duomenis.
check-document-author = Dokumento savybėse nurodytas autorius. Jei jo vardas neturi būti viešas, pašalinkite jį iš dokumento savybių.
check-document-cut = Šis dokumentas labai didelis, todėl patikrinta tik jo dalis. Likusią dalį peržiūrėkite patys arba suskaidykite dokumentą į kelis.
check-document-outdated = Šis dokumentas yra seno formato (iki 2007 m.), kurį atveria ne visos programos. Įrašykite jį kaip ODF (ODT, ODS), DOCX, XLSX arba PDF.
check-document-unreadable = Šio dokumento nepavyko perskaityti: jis sugadintas arba per didelis. Atverkite jį savo kompiuteryje, įrašykite iš naujo ir įkelkite dar kartą.
check-language-unknown-word = žodžio „{ $word }“ žodynas nežino; jei jis rašomas taip, įtraukite jį į svetainės žodžių sąrašą
check-language-unknown-word-likely = žodžio „{ $word }“ žodynas nežino; galbūt turėjo būti: { $likely }
check-language-mistake = „{ $found }“ – { $reason }
check-language-mistake-instead = „{ $found }“ – { $reason }; rašykite: { $instead }
check-language-set-on-output = svetainėje bus parodyta taisyklingai
check-language-phrase = { $reason }
check-language-phrase-source = { $reason } ({ $source })
check-language-quotes-open = lietuviškos kabutės prasideda apačioje
check-language-quotes-close = lietuviškos kabutės baigiasi kitokiu ženklu negu angliškos
check-language-quotes-undecided = neaišku, ar čia kabutės prasideda, ar baigiasi
check-language-quotes-space = tarp kabučių ir žodžio tarpo nebūna
check-language-quotes-unclosed = kabutės atidarytos, bet neuždarytos
check-language-quotes-unopened = kabutės uždarytos, bet neatidarytos
check-language-dash = tarp žodžių čia rašomas brūkšnys, ne brūkšnelis
check-language-range = nuo–iki rašoma su brūkšniu, ne su brūkšneliu
check-language-range-spaces = nuo–iki tarp skaičių rašoma su brūkšniu be tarpų
check-language-capital-institution = pavadinimuose ir pareigose didžiąja rašomas tik pirmasis žodis
check-language-capital-month = mėnesio pavadinimas rašomas mažąja raide
check-language-capital-name = šis pavadinimas rašomas didžiąja raide
check-language-count-one = po skaičiaus, kuris baigiasi vienetu, rašoma vienaskaita
check-language-count-few = skaičius reikalauja vardininko, su juo derinamas ir dalyvis
check-language-count-many = po šio skaičiaus rašomas daugiskaitos kilmininkas, dalyvis – bevardės giminės
check-language-count-part = po dešimtainės trupmenos rašomas vienaskaitos kilmininkas
check-language-accusative = po šio prielinksnio eina galininkas: turbūt trūksta nosinės
## Skelbimas iš git saugyklos

publish-no-configuration = tokio failo nėra; pavyzdys su paaiškinimais diegiamas į /etc/sitegen/publish.toml
publish-mail-server = pašto serveris su prievadu
publish-mail-address = el. pašto adresas
publish-branch = git šakos vardas
publish-folder = aplankas saugykloje, be „..“
publish-folder-missing = saugykloje nėra aplanko „{ $folder }“
publish-symbolic-link = { $file }: simbolinės nuorodos neskelbiamos; vietoj jos įdėkite patį failą
publish-submodule = { $file }: kitos saugyklos (submodule) neskelbiamos; įdėkite pačius failus
publish-file-name = { $file }: tokio failo vardo skelbti negalima; pervadinkite failą
publish-too-many-files = failų per daug: daugiausia galima { $most }; ištrinkite nereikalingus arba kreipkitės į administratorių
publish-too-large = { $file }: su šiuo failu svetainė didesnė nei { $most } MiB; didelius failus sumažinkite arba kreipkitės į administratorių
publish-file-missing = { $file }: failo nėra, nors jis turėjo būti sukurtas
publish-empty-file = { $file }: failas tuščias
publish-malformed = { $file }: failas netaisyklingas: { $error }
publish-broken-link = { $file }: nuoroda „{ $link }“ niekur neveda
publish-broken-fragment = { $file }: nuoroda „{ $link }“ veda į vietą, kurios tame puslapyje nėra
publish-more = … ir dar { $count }
publish-refused-title = Nepaskelbta: { $commit }
publish-refused = Šakos { $branch } pakeitimas { $commit } (autorius { $author }) nepaskelbtas: jame yra ką taisyti. Viešoji svetainė liko tokia, kokia buvo.
publish-refused-by-time = Šakos { $branch } pakeitimas { $commit } (autorius { $author }) jau paskelbtas, bet atėjo metas svetainei pasikeisti (kažkas tapo vieša ar nebeaktualu), o naujoje jos versijoje yra ką taisyti. Viešoji svetainė liko tokia, kokia buvo.
publish-refused-then = Pataisykite ir nusiųskite naują pakeitimą: jis bus patikrintas iš karto.
publish-rewritten-title = Perrašyta svetainės istorija
publish-rewritten =
    Šakos { $branch } istorija perrašyta (git push --force). Paskelbtas pakeitimas { $commit } (autorius { $author }), nors anksčiau paskelbto pakeitimo { $before } jame nebėra.
    Jei taip neturėjo būti: sitegen publish rollback.

## Naršyklės redaktoriaus laukai
editor-title = Antraštė
editor-images = Nuotraukos
editor-attachments = Priedai
editor-published = Paskelbti nuo
editor-summary = Santrauka
editor-tags = Temos
editor-draft = Juodraštis
editor-body = Tekstas
editor-absent = Kodėl neteikiama / nedalyvavo
editor-address = Adresas
editor-adopted = Priimta
editor-agenda = Darbotvarkė
editor-alt = Aprašymas nematančiam
editor-amends = Keičia aktus
editor-amount = Suma, Eur
editor-annexes = Priedai
editor-archive = Sąrašai pagal metus
editor-area = Kur galioja
editor-author = Autorius
editor-broadcast = Transliacija
editor-by = Kas
editor-caption = Užrašas
editor-category = Rubrika
editor-consolidated = Suvestinės redakcijos
editor-consultation-until = Pastabos iki
editor-contains = Puslapių tipas
editor-coordinates = Vieta žemėlapyje
editor-count = Kiek kartų
editor-country = Šalis
editor-dates = Datos
editor-deadline = Terminas
editor-distributions = Rinkmenos
editor-drafts = Projektai
editor-duration = Trukmė
editor-email = El. paštas
editor-end = Pabaiga
editor-except = Išskyrus
editor-feed = Prenumerata
editor-file = Failas
editor-files = Failai
editor-form = Akto rūšis
editor-frequency = Kaip dažnai
editor-from = Nuo
editor-funding = Finansavimas
editor-head = Vadovas
editor-how = Kaip dalyvauti
editor-implements = Įgyvendina aktus
editor-in-force-from = Įsigalioja
editor-in-force-to = Galioja iki
editor-interval = Kas kiek
editor-language = Kalba
editor-lecturer = Lektorius
editor-legal-basis = Teisinis pagrindas
editor-level = Kam skirta
editor-licence = Licencija
editor-link = Nuoroda
editor-materials = Medžiaga
editor-media-contact = Kontaktas žiniasklaidai
editor-minutes = Protokolas
editor-needed = Ko reikės
editor-number = Numeris
editor-organiser = Organizatorius
editor-paginate-by = Kiek puslapyje
editor-parent = Priklauso
editor-partner = Partneris
editor-partners = Partneriai
editor-pay = Darbo užmokestis
editor-period-from = Laikotarpis nuo
editor-period-to = Laikotarpis iki
editor-phone = Telefonas
editor-place = Vieta
editor-position = Pareigos
editor-present = Dalyvavo narių
editor-press-release = Pranešimas spaudai
editor-price = Kaina
editor-procedure = Pirkimo būdas
editor-programme = Programa
editor-quarter = Ketvirtis
editor-quotes = Citatos
editor-reception = Priėmimo laikas
editor-recurrence = Kartojasi
editor-register-identifier = TAR numeris
editor-registration = Registracija
editor-repeals = Naikina aktus
editor-reports-to = Pavaldus
editor-responsible = Atsakingas
editor-result = Rezultatas
editor-review-by = Peržiūrėti iki
editor-room = Kabinetas
editor-severity = Svarba
editor-signatory = Pasirašė
editor-sitting = Posėdžio diena
editor-sort-by = Rikiuoti
editor-source = Šaltinis
editor-speaker = Pranešėjas
editor-start = Pradžia
editor-status = Būsena
editor-steps = Eiga
editor-text = Tekstas
editor-theme = ES tema
editor-time = Laikas
editor-to = Iki
editor-until = Iki
editor-updated-every = Atnaujinama
editor-who = Kas gali kreiptis
editor-year = Metai
editor-several = Gali būti keli.

## Prenumerata el. paštu

subscription-confirm-title = Patvirtinkite prenumeratą: { $section } [{ $token }]
subscription-confirm =
    Kažkas, tikriausiai Jūs, paprašė šiuo adresu siųsti naujienas: { $section }.

    Jei to norite, atsakykite į šį laišką, nekeisdami jo temos. Rašyti nieko nereikia.

    Jei neprašėte, nieko nedarykite: be Jūsų atsakymo nieko nesiųsime, o prašymą po trijų dienų pamiršime.
subscription-welcome-title = Prenumerata pradėta: { $section }
subscription-welcome =
    Nuo šiol gausite naujienas: { $section }. Rašysime ne dažniau kaip kartą per dieną ir tik tada, kai bus kas nauja.

    Norėdami atsisakyti, atsakykite į bet kurį mūsų laišką ir temoje parašykite „Atsisakyti“.
subscription-known-title = Šias naujienas jau gaunate: { $section }
subscription-known =
    Naujienas ({ $section }) šiuo adresu jau siunčiame. Laiškas ateina tik tada, kai yra kas nauja.
subscription-left-title = Prenumerata nutraukta
subscription-left =
    Šiuo adresu naujienų nebesiųsime, o Jūsų adresą iš sąrašo ištrynėme.
subscription-left-section-title = Prenumerata nutraukta: { $section }
subscription-left-section =
    Šių naujienų ({ $section }) šiuo adresu nebesiųsime.
subscription-help-title = Kaip prenumeruoti naujienas
subscription-help =
    Jūsų laiško nesupratome: jį skaito programa, o ne žmogus.

    Prenumeruoti: svetainėje atverkite skyrių (pavyzdžiui, „Naujienos“) ir puslapio apačioje spustelėkite „Gauti el. paštu“. Atsivers paruoštas laiškas – jį tik išsiųskite.

    Atsisakyti: parašykite šiuo adresu laišką, kurio tema „Atsisakyti“.
subscription-digest-title =
    { $count ->
        [one] { $count } naujiena: { $sections }
        [few] { $count } naujienos: { $sections }
       *[other] { $count } naujienų: { $sections }
    }
subscription-digest-why =
    Rašome, nes prenumeruojate šias naujienas. Norėdami atsisakyti, atsakykite į šį laišką ir temoje parašykite „Atsisakyti“.
## Nuorodos į kitas svetaines (sitegen links --external)

links-failing = „{ $address }“ neveikia nuo { $since }: { $what }; { $advice }
links-wrong = „{ $address }“: { $what }; { $advice }
links-barred = „{ $address }“: programoms serveris neatsako ({ $status }); atverkite naršyklėje: jei veikia, įrašykite išimtį (content/gate.toml, rule = "external-link"), jei ne – pakeiskite nuorodą
links-moved = „{ $address }“ perkelta visam laikui; rašykite { $target }
links-malformed = toks adresas negalimas
links-private = veda į vidinį tinklą, kurio gyventojai nepasieks ({ $detail })
links-unresolved = serverio „{ $host }“ vardo nėra ({ $detail })
links-refused = serveris nepriima jungčių
links-unreachable = serveris nepasiekiamas ({ $detail })
links-silent-host = serveris neatsiliepia { $seconds } s
links-silent-server = serveris priėmė užklausą, bet neatsakė per { $seconds } s
links-certificate-expired = baigėsi serverio sertifikato galiojimas
links-certificate-early = serverio sertifikatas dar negalioja
links-certificate-name = serverio sertifikatas išduotas kitam vardui
links-certificate-unknown = serverio sertifikato išdavėjas nežinomas (gali būti, kad serveris nepateikia tarpinio sertifikato)
links-certificate = serverio sertifikatas netinkamas ({ $detail })
links-tls = nepavyko saugi jungtis ({ $detail })
links-protocol = serverio atsakymas netaisyklingas ({ $detail })
links-redirects = serveris vis nukreipia kitur (paskutinį kartą į { $detail })
links-loop = serveris nukreipia ratu (vėl į { $detail })
links-astray = serveris nukreipia ten, kur nueiti negalima ({ $detail })
links-gone = puslapio ten nėra ({ $status })
links-broken = serveris sugedęs ({ $status })
links-status = serveris atsakė { $status }
links-advice-write = parašykite visą adresą, pavyzdžiui, https://www.epaslaugos.lt/
links-advice-private = nurodykite viešą adresą arba nuorodą pašalinkite; jei tik iš įstaigos tinklo šis vardas veda vidun, o gyventojus – į viešą serverį, įrašykite išimtį (content/gate.toml, rule = "external-link")
links-advice-owner = naršyklė rodys įspėjimą; praneškite tos svetainės savininkui, o kol nesutvarkyta, nurodykite kitą adresą arba nuorodą pašalinkite
links-advice-replace = raskite naują adresą arba nuorodą pašalinkite; jei naršyklėje veikia, įrašykite išimtį (content/gate.toml, rule = "external-link")
links-offline = neatsiliepė nė vienas serveris: tikriausiai šis kompiuteris neturi interneto; nieko neįsiminta
links-summary = Adresų kitur: { $known }, dabar paklausta: { $asked }; neveikia: { $dead }, dar tikrinama: { $waiting }, išimčių: { $excused }
links-letter-title = Svetainėje neveikia nuorodos: { $dead }
links-letter = Šios viešosios svetainės nuorodos neveikia. Pataisykite jas arba perduokite redaktoriams.
