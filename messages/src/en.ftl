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
toml-not-utf8 = the file is not text in UTF-8; save it as UTF-8
toml-unreadable = it cannot be read: { $error }
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
toml-number = a number
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
toml-choice = { $key } must be one of { $known }, found "{ $found }"
toml-choice-nearest = { $key } must be one of { $known }, found "{ $found }"; did you mean "{ $nearest }"?

## Configuration of rotused

config-valid = the configuration is valid: { $devices ->
    [one] { $devices } device
   *[other] { $devices } devices
}, { $checks ->
    [one] { $checks } check
   *[other] { $checks } checks
}, { $jobs ->
    [one] { $jobs } backup job
   *[other] { $jobs } backup jobs
}
config-invalid = the configuration has { $count ->
    [one] { $count } mistake
   *[other] { $count } mistakes
}; nothing was started
config-missing-file = there is no such file; say where it is with --config, or begin with the one in the folder config/ of rotused
config-name = a name of up to 64 letters a-z, digits, dots, dashes and underscores
config-name-twice = two { $kind }s are called "{ $name }"; rename one of them
config-check-twice = two checks of this device are called "{ $name }"; give one of them another name
config-did-you-mean = did you mean "{ $nearest }"?
config-known-names = there are: { $known }
config-unknown-credential = no [[credential]] is called "{ $name }"; { $hint }
config-unknown-repository = no [[repository]] is called "{ $name }"; { $hint }
config-timeout-too-long = timeout must be shorter than interval
config-confirm-range = { $key } must be from 1 to 100
config-echoes-range = { $key } must be from 1 to 20
config-dscp-range = { $key } must be from 0 to 63 (46 is EF, 34 is AF41)
config-dns-expect = { $key } has "{ $found }", which is no value of { $records } records
config-dns-expect-none = { $key } makes no sense for SOA records, which change with the zone; name the other servers in same_serial_as
config-dns-selector = { $key } is the selector of a DKIM record: it is needed with type = "DKIM" and has no meaning without
config-dns-same-serial = { $key } is only for type = "SOA", and has addresses of servers
config-database-null = { $key } must not hold a null character
config-ntp-offset = { $key } must be more than zero
config-history-order = { $key } must be at least as long as what is kept more finely
config-copy-environment = restic knows only one { $variable } for a repository and for the one that it is a copy of, and here they differ; reach one of them through rclone
config-keep-nothing = keep must say what is kept: last, hourly, daily, weekly, monthly, yearly or within
config-drill-server-physical = a drill of postgres-physical starts a server of its own from the base backup and its log; it cannot be restored to a given one: leave drill_server out
config-drill-server-kind = drill_server is for jobs of the kinds postgres and mariadb; others are drilled in a scratch folder: leave it out
config-payload-range = { $key } must be from 16 to 1472 octets
config-source-family = { $key } must be of the same IP version as the device's address
config-server-name = a name or address of a server
config-authority-unreadable = the authority's certificate { $path } cannot be read: { $error }
config-authority-empty = there is no certificate in { $path }; a file of PEM certificates begins with -----BEGIN CERTIFICATE-----
config-domain = a domain name
config-url = a web address with http:// or https://, without a user
config-pattern = { $key } is no regular expression: { $detail }
config-http-status = { $key } may hold only status codes from 100 to 599
config-http-headers = a name in { $key } is no name of a header field
config-http-redirects = { $key } must be from 0 to 20
config-http-head = an answer to { $key } = "HEAD" has no body in which contains or matches could be looked for; use "GET"
config-http-already-https = { $key } makes sense only for a url with http://
config-tls-twice = a connection has TLS from the start ({ $key } = true) or is asked for it (starttls = true), not both
config-login-in-plain-text = without TLS everybody on the way could read the password of { $key }; add starttls = true or tls = true
config-mailbox = the name of a mailbox in ASCII, others in modified UTF-7 (RFC 3501, 5.1.3),
config-mailbox-needs-login = to open a { $key }, user and password are needed
config-mail-address = a mail address in ASCII
config-mail-needs-login = to look into a mailbox, user and password are needed in { $key }
config-command-absolute = { $key } must begin with the absolute path of a program, such as ["/usr/lib/nagios/plugins/check_users", "-w", "5"]
config-percent = { $key } must be from 0 to 100
config-passphrase-short = { $key } must have at least 8 characters (RFC 3414, 11.2)
config-calendar = a calendar event in the notation of systemd.time(7)
toml-time-zone = a time zone of the IANA database
profile-unknown-field = the section { $section } has no field "{ $name }"; { $hint }
profile-unknown-parent = no profile is called "{ $name }"; { $hint }
profile-unknown-section = there is no section "{ $name }"; { $hint }
profile-column-without-entry = { $key } needs entry = "…", the OID of the table's entry; write the whole OID instead
profile-no-source = the field needs to know where its value stands: column = …, oid = "…", index = "…", under = "…" or text = "…"
profile-object-id = an OID
profile-template = an OID with places to fill in ($*, $1, #2, @field)
profile-arcs = arcs of the index, counted from 1
config-listen-not-loopback = listen must be an address of this machine alone (127.0.0.1 or ::1), unless [web] has users and also tls or proxy: whoever reaches the pages learns the whole network
config-users-missing = the users file { $path } is not there, or empty; add the first user: rotused user add NAME
config-users-none = the file has no users, so that nobody could log in; add the first: rotused user add NAME
config-users-not-named = [web] does not say where the users are; write, for example, users = "users"
config-user-line = a line has a name, a colon and the hash of a password; rotused user add NAME writes them
config-user-name = a user's name has up to 64 letters a-z, digits, dots, dashes and underscores and starts with a letter or digit
config-user-hash = after the colon comes the Argon2id hash of a password ($argon2id$v=19$…); rotused user add NAME writes it
config-user-hash-weak = by this hash the password is guessed too easily: at least m=19456 and t=2 are needed; set the password anew: rotused user add NAME
config-user-hash-costly = this hash asks too much: at most m=131072, t=10 and p=4 are taken; set the password anew: rotused user add NAME
config-user-twice = the user "{ $name }" comes a second time; delete one of the lines
config-tls-certificate = the certificate { $path } and its key do not do: { $error }
config-host = the name of a machine, without a port
config-secret-source = { $key } needs either file = "…" or credential = "…"
config-secret-unreadable = the secret file { $path } cannot be read: { $error }
config-secret-not-a-file = the secret { $path } is not a file
config-secret-exposed = the secret file { $path } has mode { $mode }, others can read it; run: chmod 600 { $path }
config-secret-empty = the secret file { $path } is empty
config-credential-name = "{ $name }" is not the name of a systemd credential: it must not contain "/"
config-no-credentials-directory = the credential "{ $name }" comes from systemd, which has not started this process; use file = "…", or run it by systemd with LoadCredential=

## Why a check failed

failure-timeout = no answer within { $seconds } s
failure-not-delivered = the message was accepted, but has not arrived in the mailbox within { $seconds } s; look for it in the mail server's queue
failure-refused = the connection was refused: nothing listens on this port
failure-unreachable-no-route = no route leads to it
failure-unreachable-no-host = nobody answers to its address in its network
failure-unreachable-prohibited = a filter or firewall does not let our packets pass
failure-unreachable-too-far = the packet passed too many routers; usually they send it in a circle
failure-unreachable-too-big = the packet does not fit through a link on the way
failure-unreachable-other = the packet was not delivered (ICMP type { $type }, code { $code })
failure-unreachable-said = { $router } says: { $obstacle }
failure-authentication = it does not accept our user or password
failure-authentication-user = the agent does not know our user
failure-authentication-passphrase = the agent refuses our authentication passphrase or protocol
failure-authentication-privacy = the agent cannot decrypt what we send: the privacy passphrase or protocol is wrong
failure-authentication-clock = the agent's clock disagrees with ours (not in time window)
failure-authentication-level = the agent does not accept this user with authentication and encryption as configured: compare level, authentication and privacy
failure-protocol = it answers something that the protocol does not allow: { $detail }
failure-unexpected = it answers "{ $got }" where "{ $wanted }" is expected
failure-unresolved = the name { $name } cannot be resolved: { $detail }
failure-dns-no-such-name = the name { $name } does not exist, says the server
failure-dns-no-records = { $name } has no { $records } record
failure-dns-not-answered = the server does not answer the question: { $code }
failure-dns-several = there are { $count } { $records } records, but only one may be; receivers then ignore them all
failure-dns-malformed = the { $records } record is wrong at "{ $part }"
failure-dns-too-many-lookups = the SPF record alone makes receivers ask DNS { $count } times, and they stop at 10: shorten it
failure-dns-revoked = the DKIM key was withdrawn: its record has an empty p
failure-dns-weak-key = the DKIM key of { $bits } bits is too short; receivers want 1024 at least and better 2048
failure-dns-other-serials = the servers of the zone have different versions of it: { $serials }
failure-dns-elsewhere = the server { $server } of the same zone: { $failure }
failure-clock-unsynchronised = the server says that it does not know the time itself
failure-clock-kiss-of-death = the server does not want to be asked (kiss of death { $code }): ask less often, or allow us in its configuration
failure-clock-offset = its clock differs from ours by { $offset } s, and { $limit } s are allowed; a third clock tells which is wrong
failure-database = the database server says: { $text }
failure-replica-behind = the replica is { $behind } s behind, and { $limit } s are allowed
failure-replication-stopped = the replica no longer follows: { $reason }
failure-loss = it answers, but not always: { $percent } % of the echo requests were lost
failure-duplicates = it answers more than once ({ $count } replies too many): two hosts have its address, or switches form a loop
failure-plugin = the plugin says: { $text }
failure-plugin-unknown = the plugin cannot tell: { $text }
failure-not-started = { $command } cannot be started ({ $detail }); install it, let the user of rotused execute it, or mend command in the check
failure-certificate-expired = the certificate has expired on { $at }; install a new one
failure-certificate-not-yet-valid = the certificate is valid only from { $at }; check the clocks of both machines
failure-certificate-expires-soon = the certificate expires in { $days } days; renew it
failure-certificate-other-name = the certificate is for { $names }, not for { $name }
failure-certificate-untrusted = the certificate is signed by { $issuer }, whom this machine does not trust; install the whole chain on the server, or name the authority's certificate in the check
failure-certificate-weak = the certificate or its signature is too weak: { $detail }
failure-certificate-other = the certificate is not accepted: { $detail }
failure-not-permitted = this process may not send echo requests: give it CAP_NET_RAW, as rotused.service does, or its group a place in sysctl net.ipv4.ping_group_range
failure-local = this machine could not ask: { $detail }
failure-beyond = { $what } is { $value }, and { $limit } is the limit
failure-beyond-rate = { $what } grows by { $value } a second, and { $limit } is the limit
failure-beyond-capacity = { $what } uses { $value } of the capacity, and { $limit } is the limit
failure-beyond-instance = { $metric } of { $instance }
quantity-percent = { $value } %
quantity-seconds = { $value } s
quantity-megabits = { $value } Mb/s
quantity-megabytes = { $value } MB
quantity-number = { $value }
reason-watcher = this machine has lost its network: { $silent } devices fell silent within seconds; look at its cable, its switch and its gateway
reason-watcher-gateways = this machine has lost its network: its gateways are silent ({ $gateways }); look at its cable and its switch
promise-age = Age of the backup: { $name }
promise-restore-time = Time to restore: { $name }
promise-drill = Restore drill: { $name }
promise-size = Size of the backup: { $name }
promise-retention = Old backups: { $name }
promise-wal = WAL archive: { $name }
web-copy-to = Copies in the repository: { $name }
web-repository = Repository: { $name }
reason-no-backup = there is no backup that counts, and one is promised every { $most }
reason-too-old = the newest backup that counts is { $age } old; promised are at most { $most }
reason-too-slow = restoring took { $took }; promised are at most { $most }
reason-unusual-size = the newest backup has { $is } octets, those before it { $was }: look whether data is missing; nothing older is removed until the next usual one
reason-unusual-change = nearly all of the newest backup is new ({ $is } octets; those before it added { $was }): look whether somebody has encrypted the data; nothing older is removed until the next usual one
reason-too-many-expired = { $removed } of { $of } backups would be removed at once, and nothing was; look at keep, and raise most_removed_percent if that is meant
reason-said = { $text }
severity-warning = warning
severity-critical = fault
update-severity = now { $severity }: { $reason }
update-flapping = it comes and goes ({ $changes } changes in half an hour); reported once, until it has been calm
update-calm = it has been calm for a quarter of an hour, after { $changes } changes
watcher-network = the network of the watching machine
watcher-poller = the checks of rotused
watcher-store = the history of measurements
watcher-channel = the channel of notifications "{ $name }"
watcher-schedule = the schedule of the backup "{ $name }"

## Channels

config-channel-login-in-plain-text = without TLS everybody on the way could read the password of { $key }; choose security = "starttls" or "tls"
config-channel-address = an address in { $key } is none that mail can go to
config-channel-secret-url = the secret of url is no web address; it must begin with http:// or https:// and name no user
config-channel-timeout = { $key } must be at most 60s
config-channel-command-absolute = { $key } must begin with the absolute path of a program, such as ["/usr/local/bin/telegrama", "--skubu"]
config-channel-template-or-body = a webhook needs either template = "…", which is a ready one, or body = {"{"} file = "…" {"}"}, which is your own
config-channel-sms-to = { $key } must name whom text messages go to, such as ["+37060000000"]
config-channel-matrix-url = { $key } must end in /send/m.room.message: https://SERVER/_matrix/client/v3/rooms/ROOM/send/m.room.message
config-channel-matrix-token = Matrix needs { $key } = {"{"} file = "…" {"}"}, the access token of the user who writes
config-channel-ntfy-url = { $key } must end in a topic: https://SERVER/TOPIC
config-channel-content-type = { $key } is no kind of content; it looks like "application/json"
config-channel-headers = in { $key } there is a name or a value that no field of a header can have, or a field that rotused fills in itself (Host, Content-Type, Content-Length, Connection, Transfer-Encoding)
config-channel-template-unreadable = the template { $path } cannot be read: { $error }
config-channel-template = the template { $path } cannot be used: { $detail }
config-channel-template-json = with an example letter the template { $path } makes no valid JSON: { $detail }; put texts between quotes, as in "{"{{ letter.subject }}"}", what is in them is escaped by itself
notify-not-delivered-yet = not delivered for now: { $answer }
notify-refused = refused for good: { $answer }
notify-test-subject = Rotušė: a test letter
notify-test-text = This is a test of the channel “{ $channel }”. If you read it, the channel works; there is nothing you have to do.
notify-link = Status page

## Backups

backup-restic-missing = { $command } cannot be run ({ $detail }); install the package restic, or say where it is with restic = "/path/to/restic"
backup-repository-missing = there is no repository at { $location }; if the disk is not mounted, mount it; if the repository is new, make it with: rotused repo init NAME --sheet FILE
backup-repository-exists = there is a repository at { $location } already; nothing was changed
backup-wrong-password = the password does not open the repository; put the right one into the password file
backup-locked = somebody else is using the repository ({ $by }); it is tried again; a lock of another machine is removed there, by restic unlock
backup-disk-full = a disk is full: { $detail }
backup-not-writable = something cannot be written: { $detail }
backup-database-missing = there is no database at { $path }
backup-database-unreadable = the database { $path } cannot be read: { $detail }
backup-database-damaged = the database { $path } is damaged ({ $detail }); restore it from the newest proven snapshot
backup-damaged = the repository is damaged, what was stored cannot be read back ({ $detail }); keep it, begin a new one with rotused repo init, and see "Troubleshooting" in the manual of restic for what can be saved
backup-differs = the snapshot is not what was dumped: { $stored } octets of { $dumped } or other ones
backup-deadline = it took longer than the job's deadline and was ended
difference-rows-missing = the table { $name } is missing
difference-rows-new = the table { $name } was not there
difference-rows-differs = the table { $name } has { $restored } rows instead of { $dumped }
difference-checksum-missing = the rows of the table { $name } cannot be compared
difference-checksum-new = the rows of the table { $name } could not be compared when it was dumped
difference-checksum-differs = the rows of the table { $name } are not the same
difference-sequence-missing = the sequence { $name } is missing
difference-sequence-new = the sequence { $name } was not there
difference-sequence-differs = the sequence { $name } is at { $restored }, behind { $dumped }
difference-index-missing = the index { $name } is missing
difference-index-new = the index { $name } was not there
difference-index-differs = the index { $name } is not the same
difference-constraint-missing = the constraint { $name } is missing
difference-constraint-new = the constraint { $name } was not there
difference-constraint-differs = the constraint { $name } is not the same
difference-view-missing = the view { $name } is missing
difference-view-new = the view { $name } was not there
difference-view-differs = the view { $name } is not the same
difference-routine-missing = the routine { $name } is missing
difference-routine-new = the routine { $name } was not there
difference-routine-differs = the routine { $name } is not the same
difference-trigger-missing = the trigger { $name } is missing
difference-trigger-new = the trigger { $name } was not there
difference-trigger-differs = the trigger { $name } is not the same
difference-role-missing = the role { $name } is missing
difference-role-new = the role { $name } was not there
difference-role-differs = the role { $name } is not the same
difference-file-missing = the file { $name } is missing
difference-file-new = the file { $name } was not there
difference-file-differs = the file { $name } is not the same
backup-not-the-same = what was restored of { $part } is not what was dumped: { $first } ({ $count } differences in all)
backup-nothing-to-compare = what was in { $part } was not written down when it was dumped; the next backup does it
backup-none = there is no backup yet
difference-none = nothing
backup-exists = { $what } is there already; say another --to
backup-scratch-is-source = the server that is given for drills ({ $server }) is the one that is backed up, or a copy that cannot be told from it; name another one, or leave drill_server out
backup-scratch-not-ours = the database { $database } on the server { $server } is called like those of drills, and no drill of ours has made it; nothing was touched: see whose it is, and rename or remove it
backup-scratch-busy = another drill of this job is at work on the server { $server }; drill again when it has ended
backup-scratch-runs-events = the event scheduler of the server { $server } is on: events that are restored would run there; turn it off (event_scheduler = OFF), or leave drill_server out
backup-scratch-tells-no-maker = the server { $server } keeps no comments of databases, by which drills know their own; give one of MariaDB 10.5 or newer
sheet-title = Recovery sheet of the backups "{ $name }"
sheet-what = Made on { $at }. Whoever has this sheet and can reach the repository can read everything in it. Keep it in a safe, away from the machines that it restores.
sheet-location = Where the repository is
sheet-key = Recovery key (letters and dashes as they stand here; there is no o, i, l or u)
sheet-how = How to restore on a bare machine
sheet-step-key = Install restic and the program rotused (one file), and write the key into a file named "key", without a line end if you can.
sheet-step-list = See what there is; without a right JOB it says which jobs there are:
sheet-step-restore = Restore one part to a file, or a folder:
sheet-step-load = Load a dump of a database:
sheet-without = Without rotused: restic -r LOCATION --password-file key snapshots; restic … dump SNAPSHOT /FILE > FILE; restic … restore SNAPSHOT --target FOLDER.
backup-tool-missing = { $program } is not installed; install its package (postgresql-client, mariadb-client, …), or say in which folder it is with programs = "/path"
backup-tool = { $program } failed (exit code { $status }): { $detail }
backup-stalled = nothing has come from { $program } for { $seconds } s; it was ended
backup-cut-off = the dump of { $part } has no end ({ $detail }): it was cut off, and nothing of it counts
backup-source-missing = { $what } is not there; mount it, or mend the job
backup-incomplete = not everything could be read: { $detail }; give rotused the right to read it, or exclude it
backup-unreachable = the repository does not answer: { $detail }
backup-no-room = { $path } has { $free } octets free, and the last runs needed { $needed }; make room
backup-wal-off = the server hands over nothing of its log (WAL): set archive_mode = on and archive_command = 'rotused wal push %p', and restart it
backup-wal-not-handed-over = the server cannot hand over { $segment } of its log (WAL), last at { $since }; its own log says why. Until then it keeps everything, and its disk fills up
backup-wal-waits = { $segments } files of the server's log (WAL) wait to be handed over; see whether its archive_command hangs, or brings them elsewhere
backup-wal-elsewhere = the server says that it has handed over its log (WAL) up to { $segment }, and nothing of it came here; archive_command must be 'rotused wal push %p', with the folder that the job has as wal
backup-wal-missing = the server's log (WAL) from { $first } to { $last } never came: nothing after it can be restored. Begin a new base backup: rotused backup run
backup-unexpected = restic { $command } failed (exit code { $status }): { $detail }

## The website

site-skip = Skip to content
site-menu = Main menu
site-path = You are here
site-news = News
site-events = Coming events
site-when = When
site-where = Where
site-act-name = { $form } No. { $number }
site-act-form = Act
site-act-number = Number
site-act-adopted = Adopted
site-act-council-decision = Council decision
site-act-mayor-decree = Mayor's decree
site-act-director-order = Order of the director of the administration
site-validity-draft = Draft
site-validity-pending = Not yet in force
site-validity-in-force = In force
site-validity-amended = In force as amended
site-validity-repealed = No longer in force
site-validity-expired = No longer in force
site-people = Whom to turn to
site-position = Position
site-phone = Phone
site-email = E-mail
site-entity-code = Entity code
site-feed = News feed (Atom)
site-day = { $day } { $month } { $year }
site-month-1 = January
site-month-2 = February
site-month-3 = March
site-month-4 = April
site-month-5 = May
site-month-6 = June
site-month-7 = July
site-month-8 = August
site-month-9 = September
site-month-10 = October
site-month-11 = November
site-month-12 = December
site-month = { $month } { $year }
site-month-choose = Another month
site-month-present = This month
site-month-list = Show as a list
site-month-name-1 = January
site-month-name-2 = February
site-month-name-3 = March
site-month-name-4 = April
site-month-name-5 = May
site-month-name-6 = June
site-month-name-7 = July
site-month-name-8 = August
site-month-name-9 = September
site-month-name-10 = October
site-month-name-11 = November
site-month-name-12 = December
site-weekday-1 = Monday
site-weekday-2 = Tuesday
site-weekday-3 = Wednesday
site-weekday-4 = Thursday
site-weekday-5 = Friday
site-weekday-6 = Saturday
site-weekday-7 = Sunday
site-short-weekday-1 = Mon
site-short-weekday-2 = Tue
site-short-weekday-3 = Wed
site-short-weekday-4 = Thu
site-short-weekday-5 = Fri
site-short-weekday-6 = Sat
site-short-weekday-7 = Sun
site-built = Built { $pages ->
    [one] { $pages } page
   *[other] { $pages } pages
} into { $output }.
site-template = the template is wrong: { $detail }
site-template-on = the template does not suit the page { $page }: { $detail }
site-not-built = The content has { $count ->
    [one] { $count } mistake
   *[other] { $count } mistakes
}; the site was not built, and the one that was there is as it was.

## What editors have to mend

site-missing-file = there is no such file; --site must be the folder with site.toml and the pages
site-not-a-file = symbolic links are not published; put the file itself here
site-structure = Structure
site-language-name = English
site-menu-word = Menu
site-search-do = Search
site-all-news = All news
site-all-events = All events
site-needed = Needed most
site-deadlines = Sittings, consultations, deadlines
site-directory = Directory
site-directory-summary = Telephone numbers, e-mail addresses, rooms and reception hours of staff and units.
site-index-summary = All sections and pages of the website in one list.
site-directory-name = Name
site-directory-units = Units
site-index = Site map
site-updated-on = Updated
site-responsible-unit = Responsible for this page
site-feedback = Tell us of a mistake on this page
site-months = Calendar of the month
site-short-month-1 = Jan
site-short-month-2 = Feb
site-short-month-3 = Mar
site-short-month-4 = Apr
site-short-month-5 = May
site-short-month-6 = Jun
site-short-month-7 = Jul
site-short-month-8 = Aug
site-short-month-9 = Sep
site-short-month-10 = Oct
site-short-month-11 = Nov
site-short-month-12 = Dec
site-short-draft = draft
site-short-embargo = not public yet
site-short-expired = no longer current
site-repeats = Repeats
site-repeats-until = until { $day }
site-repeats-next = next { $when }
site-frequency-daily = every day
site-frequency-weekly = every week
site-frequency-monthly = every month
site-frequency-yearly = every year
site-press-release = press release
site-act-by-drafted = Changes being drafted
site-alias = "{ $alias }" cannot be an old address of this site; write, for example, /2023/04/sitting/
site-done = done
site-not-done = not done
site-svg-active = the drawing has program code in it; save it as plain SVG, or as PNG
site-told = Please note ({ $count }):
site-home = Home
site-search = Search
site-search-for = What are you looking for?
site-search-type = Type
site-search-year = Year
site-search-unit = Unit
site-search-all = all
site-search-one = Found {"{n}"} page
site-search-few = Found {"{n}"} pages
site-search-many = Found {"{n}"} pages
site-search-none = Nothing found. Check the spelling or try other words.
site-search-more = Show more
site-search-failed = The search does not work at the moment.
site-search-script = The search needs JavaScript. Without it, use the menu.
site-notice-until = Until
site-contents = Contents
site-attachments = Attachments
site-table = Table
site-topics = Topics
site-related = Related pages
site-backlinks = Pages that link here
site-near = Neighbouring pages
site-pages = Pages of the list
site-page-before = Previous page
site-page-after = Next page
site-archive = By year
site-facet-form = Form
site-facet-category = Category
site-facet-time = Time
site-facet-topic = Topic
site-facet-coming = Coming
site-facet-past = Past
site-facet-all = Show all
site-subscribe = Subscribe
site-by-mail = By email
site-by-mail-how = or write to { $address } with the subject “{ $subject }”
site-feed-of-section = Subscribe (Atom)
site-calendar-of-section = Calendar (iCalendar)
site-to-calendar = Add to calendar
site-updated = updated
site-untranslated = (this page is not translated)
site-mark-draft = Draft: residents do not see this page.
site-mark-embargo = Residents will see this page later.
site-mark-expired = This page is no longer current.
site-moved = The page has moved
site-not-found = There is no such page
site-not-found-advice = It may have moved, or the address has a mistake. Try the menu or the search.
site-organiser = Organiser
site-price = Price
site-registration = Registration
site-room = Room
site-address = Address
site-reception = Reception hours
site-parent = Part of
site-head = Head
site-reports_to = Reports to
site-unit = Unit
site-by-parent = Its parts
site-of-unit-people = Staff
site-of-unit-services = Services
site-of-unit-others = Other pages of the unit
site-deadline = Deadline
site-number = Number
site-procedure = Procedure
site-pay = Pay
site-how = How to take part
site-result = Result
site-link = Link
site-drafts = Draft
site-level = For whom
site-lecturer = Lecturer
site-partner = Partner
site-partners = Partners
site-media-contact = Contact for the media
site-programme = Programme
site-dataset-updated-every = Updated
site-dataset-period = Period
site-dataset-licence = Licence
site-updating-daily = daily
site-updating-weekly = weekly
site-updating-monthly = monthly
site-updating-quarterly = quarterly
site-updating-annual = yearly
site-updating-irregular = irregularly
site-service-who = Who may apply
site-service-duration = Duration
site-service-responsible = Responsible
site-service-needed = What is needed
site-service-steps = Steps
site-service-order = Order online
site-service-legal-basis = Legal basis
site-event-moved = This event has moved
site-event-planned = As planned
site-severity-information = Good to know
site-severity-warning = Warning
site-severity-danger = Danger
site-event-cancelled = This event is cancelled
site-editions = Editions of the text
site-editions-why = Which text was in force on which day.
site-edition-until-now = now
site-edition-present = In force now
site-edition-original = The original text, on this page
site-edition-consolidated = Consolidated text
site-edition-missing = No consolidated text yet: read the text before it together with the amendment
site-edition-present-text = The text in force now (consolidated)
site-edition-by = Amended by
site-act-in-force-from = In force from
site-act-in-force-to = In force until
site-act-register = Number in the register (TAR)
site-act-sitting = Sitting
site-act-consultation-until = Comments until
site-act-signatory = Signed by
site-act-amends = Amends
site-act-repeals = Repeals
site-act-implements = Implements
site-act-by-amends = Amended by
site-act-by-repeals = Repealed by
site-act-by-implements = Implemented by
site-alert-note = Note
site-alert-tip = Tip
site-alert-important = Important
site-alert-warning = Warning
site-alert-caution = Caution
site-footnote-back = Back to the text
site-map = Place on the map
site-video = Video
site-moment = a date or a date with a time, such as 2026-11-23 or 2026-11-23T17:30
site-coordinates = a place: degrees north, degrees east
site-link-kind = a link
site-type-section = Section
site-type-page = Page
site-type-news = News
site-type-event = Event
site-type-act = Act
site-type-service = Service
site-type-person = Person
site-type-unit = Unit
site-type-vacancy = Vacancy
site-type-procurement = Procurement
site-type-consultation = Consultation
site-type-dataset = Dataset
site-type-course = Course
site-type-visit = Visit
site-type-project = Project
site-type-notice = Notice
site-type-sitting = Sitting
site-type-document = Document
site-body-council = Council
site-body-committee = Committee
site-body-commission = Commission
site-quarter = a quarter, from 1 to 4
site-sitting-present = Members present
site-sitting-absent = Absent
site-sitting-broadcast = Broadcast
site-sitting-agenda = Agenda
site-sitting-decisions = Decisions
site-document-period = Period
site-document-year = { $year }
site-document-quarter = quarter { $quarter } of { $year }
site-absent = There is nothing here, because
site-easy-to-read = Easy to read
site-easy-to-read-of = The whole text
site-sign-language = Sign language
site-front-matter-open = the head of the page does not end: a line "{ $fence }" must follow it
site-yaml = this is not valid YAML: { $detail }
site-language-unknown = site.toml does not say what the institution is called in this language: add [{ $language }] with title = "…"
site-changed-meanwhile = the file changed while the site was built; build again
site-name-not-utf8 = the name of the file is not UTF-8 text; rename the file
site-too-large = the text is larger than { $megabytes } MB; such a file is here by mistake
site-reference-missing = there is no "{ $name }" ({ $type }); write the name of its file without .md, the number of an act, or the path of the file
site-reference-type = "{ $name }" is of another type; here it must be: { $type }
site-reference-several = "{ $name }" may be several pages: { $files }; write the path of the file, or "year number"
site-circle = pages make a circle ({ $key }): { $files }
site-link-anchor = the link leads to "{ $link }", but there is no such heading there
site-picture-missing = there is no picture "{ $link }"; put the file beside the page
site-picture-elsewhere = the picture "{ $link }" is on another site; put the file beside the page
site-picture-alt = say what is in the picture: ![what is in it](file.jpg)
site-picture-not = this is no picture, whatever its name says; open it and save it as JPEG or PNG
site-picture-format = { $format } pictures cannot be shown; save it as JPEG (a photograph) or PNG (a drawing)
site-picture-pixels = the picture is too large: { $width } × { $height } pixels; 3000 pixels of width are enough
site-picture-memory = the picture needs too much memory when opened; save it with 8 bits a channel, or make it smaller
site-picture-thin = the picture is too long and thin: { $width } × { $height } pixels; cut it into several
site-picture-truncated = the file of the picture breaks off; copy it again
site-picture-damaged = the file of the picture is damaged; open it on your computer and save it again
site-picture-failed = the picture could not be prepared: { $error }
site-document-missing = there is no document "{ $link }"; put the file beside the page
site-contact-missing = "{ $name }" is neither a person nor a unit
site-block-line = "{ $line }" cannot stand here; write, for example: { $example }
site-no-words = the catalogue has no words "{ $key }"
site-unchanged = Nothing has changed since the last time.
site-no-page = there is no page "{ $page }"; write its file or its address, such as content/kontaktai.md or /kontaktai/
site-state-public = public
site-state-expired = no longer current
site-state-draft = draft
site-state-embargo = public from { $when }
site-links-from = Links from the page:
site-links-to = Links to the page:
site-explain-file = File
site-explain-type = Type
site-explain-address = Address
site-explain-state = State
site-explain-next = Changes
site-explain-translations = Translations
site-explain-names = Names
site-explain-named-by = Named by
site-explain-linked-by = Linked from
site-explain-lists = Lists
site-same-address = the address { $address } is that of { $other } already; rename one of the files
site-section-missing = the folder has no page of its own; add this file with +++, title = "…", +++
site-front-matter-missing = the file must begin with a line +++, then title = "…" and what else its type needs, then a line +++
site-ends-before-start = the event ends before it starts
site-base-url = the address of the site without a folder
site-link-missing = the link leads to "{ $link }", which is not there; links to pages are links to their .md files
site-link-outside = the link "{ $link }" leads out of the site's folder
site-link-unpublished = the link leads to "{ $link }", which is not published yet
site-link-scheme = the link "{ $link }" is of no kind that a site may have (https, http, mailto, tel)

## Status pages

web-site-name = Rotušė: network and backups
web-language = Language
web-language-name = English
web-skip = Skip to content
web-made = As of
web-refreshes = This page refreshes itself every 10 s.
web-pause = Stop refreshing
web-is-paused = This page does not refresh itself.
web-resume = Refresh again
web-metrics = metrics
web-health = health
web-to-overview = To the overview
web-headline-up = Everything works
web-headline-down = { $count ->
    [one] { $count } open incident
   *[other] { $count } open incidents
}
web-headline-unwritten = Events cannot be written down
web-headline-degraded = { $count ->
    [one] No open incidents, but { $count } thing needs attention
   *[other] No open incidents, but { $count } things need attention
}
web-headline-unknown = { $count ->
    [one] No open incidents; the state of { $count } thing is not known yet
   *[other] No open incidents; the state of { $count } things is not known yet
}
web-headline-nothing = Nothing is watched or backed up: the configuration has no devices and no jobs
web-state-up = Works
web-state-degraded = Unsteady
web-state-unknown = Not known
web-state-down = Down
web-state-maintenance = Maintenance
web-state-unreachable = Unreachable
web-incidents = Open incidents
web-incident-number = incident { $count }
web-backup-of = Backup: { $title }
web-devices = Devices by state
web-all-devices = All devices
web-without-site = Without a site
web-troubled = Devices that need attention
web-well = Devices that work
web-website = Website
web-website-release = { $commit } is public
web-website-unknown = it is not known what is public: { $error }
web-device = Device
web-state = State
web-since-column = Since
web-since = since
web-checks = Checks
web-name = Name
web-address = Address
web-place = Site
web-interval = Asked every
web-asked = Last asked
web-kind-icmp = Echo (ICMP)
web-kind-tcp = TCP connection
web-kind-snmp = SNMP
web-kind-tls = TLS certificate
web-kind-http = Web page (HTTP)
web-kind-smtp = Mail server (SMTP)
web-kind-imap = Mailboxes (IMAP)
web-kind-mail = Mail round trip
web-kind-dns = Name server (DNS)
web-kind-ntp = Time server (NTP)
web-kind-postgres = PostgreSQL
web-kind-mysql = MySQL or MariaDB
web-kind-exec = Plugin
web-percent = { $value }%
metric-rtt-seconds = Round trip
metric-rtt-min-seconds = Shortest round trip
metric-rtt-max-seconds = Longest round trip
metric-jitter-seconds = Jitter
metric-loss-ratio = Loss
metric-duplicates = Duplicate replies
metric-reply-ttl = TTL
metric-connect-seconds = Connected in
metric-resolve-seconds = Resolved in
metric-tls-handshake-seconds = TLS handshake
metric-first-byte-seconds = First octet after
metric-banner-seconds = Greeted after
metric-login-seconds = Logged in in
metric-query-seconds = Query
metric-total-seconds = In all
metric-mail-round-trip-seconds = Mail delivered in
metric-body-octets = Size
metric-certificate-remaining-seconds = Certificate valid for
metric-clock-offset-seconds = Clock offset
metric-stratum = Stratum
metric-connections = Connections
metric-connections-ratio = Connections used
metric-replication-lag-seconds = Replica behind by
metric-poll-seconds = Answered in
metric-receive-bits-per-second = Receives
metric-transmit-bits-per-second = Sends
metric-receive-errors-per-second = Receive errors a second
metric-transmit-errors-per-second = Send errors a second
metric-receive-discards-per-second = Dropped on arrival a second
metric-transmit-discards-per-second = Dropped before sending a second
metric-processor-load-ratio = Processor load
metric-memory-used-ratio = Memory used
metric-storage-used-ratio = Storage used
metric-temperature-celsius = Temperature, °C
metric-voltage-volts = Voltage, V
metric-current-amperes = Current, A
metric-power-watts = Power, W
metric-frequency-hertz = Frequency, Hz
metric-humidity-ratio = Humidity
metric-fan-rpm = Fan, revolutions a minute
metric-supply-level-ratio = Supply left
metric-pages-printed-total = Pages printed
metric-battery-charge-ratio = Battery charge
metric-battery-runtime-seconds = Battery lasts
metric-ups-load-ratio = UPS load
metric-plugin-value = Value
metric-plugin-seconds = Time
metric-plugin-ratio = Share
metric-plugin-octets = Size
metric-plugin-total = Counted
web-said = It says
web-interfaces = Interfaces
web-interfaces-up = { $up } of { $all } up
web-not-asked = not asked yet
web-not-asked-again = not asked yet since rotused was started; this is the state from before
web-unconfirmed = the last answer was bad, it is being confirmed: { $reason }
web-ago = { $duration } ago
web-in = in { $duration }
web-never = never
web-not-known = not known
web-jobs = Backups
web-job-proven = Proven
web-job-unproven = Not proven
web-job-failed = Failed
web-job-interrupted = Interrupted
web-job-complete = Complete
web-job-complete-words = The backup was made whole and stands in the catalogue.
web-job-running-estimate = running for { $duration }: { $octets } of about { $expected }, about { $left } left
web-job-running-octets = running for { $duration }, { $octets } read
web-job-waiting = No run yet
web-job-proven-words = The backup was made, read back and compared.
web-job-unproven-words = The backup was made, but it could not be proven: { $reason }
web-job-dump-failed = The data could not be read: { $reason }
web-job-store-failed = The backup could not be stored: { $reason }
web-job-interrupted-words = The run was interrupted and stored nothing that is proven.
web-job-never-run = It waits for its first run.
web-job-first-run = The first backup is being made.
web-job-running = running for { $duration }
web-job-ended = Last run
web-job-took = Took
web-job-size = Size
web-job-added = Added to the repository
web-job-snapshot = Snapshot
web-job-wal = WAL stored
web-job-wal-words = up to { $last }, { $at }
web-job-runs = Runs
web-job-runs-words = { $proven } proven, { $failed } not
web-job-last-proven = Last proven
web-job-next = Next run
web-drill-passed = Passed
web-drill-failed = Failed
web-drill-passed-words = { $octets } restored; { $tables } tables with { $rows } rows are what was dumped.
web-drill-passed-given-words = { $octets } restored to the server { $server }; { $tables } tables with { $rows } rows are what was dumped. Owners, rights and roles were not restored there.
web-promise-kept = kept
web-promise-broken = not kept
web-promise-none = not promised
web-at-most = at most
web-job-age = Age of the newest (RPO)
web-job-restore = Time to restore (RTO)
web-job-drill = Last drill
web-job-next-drill = Next drill
web-job-sizes = Sizes of the newest { $count } backups: { $least } to { $greatest }.
web-audit = Backups, for auditors
web-audit-what = What is backed up, when, how long it is kept and where, and when it was last proven. As of
web-audit-source = What
web-audit-schedule = When (systemd.time(7))
web-audit-keep = Kept
web-audit-places = Where
web-audit-encryption = Encrypted
web-audit-restic = by restic, before anything leaves this machine: AES-256-CTR, authenticated by Poly1305-AES; the key is protected by scrypt
web-audit-read-back = Last read back and compared
web-audit-seal = { $count } records of backups are sealed in a chain; rotused backup verify looks whether each is as it was written. The newest seal:
web-keep-all = for ever
web-keep-last = the last
web-keep-hourly = hourly
web-keep-daily = daily
web-keep-weekly = weekly
web-keep-monthly = monthly
web-keep-yearly = yearly
web-keep-within = all of the last
web-job-source = From and to
web-agent = What the device says of itself
web-system-model = Model
web-system-serial-number = Serial number
web-system-software-version = Software version
web-system-name = Calls itself
web-system-description = Description
web-system-location = Location
web-system-contact = Contact
web-system-uptime = Agent has run for
web-interface-up = Up
web-interface-down = Down
web-interface-testing = Testing
web-interface-unknown = Not known
web-interface-dormant = Dormant
web-interface-not-present = Not present
web-interface-lower-layer-down = Layer below is down
web-speed = Speed
web-received = Receives
web-sent = Sends
web-last-day = The last 24 hours
web-graph-summary = { $name }: least { $least }, mean { $mean }, greatest { $greatest }.
web-zoom = Zoom
web-zoom-label = Zoom into the graph: { $name }
web-chart-back = Earlier
web-chart-forward = Later
web-chart-in = Zoom in
web-chart-out = Zoom out
web-chart-whole = Whole span
web-chart-close = Close
web-chart-how = You can also mark a span of time in the graph with the mouse.
web-chart-failed = The numbers could not be read.
web-chart-empty = Nothing was measured in this span.
web-graphs-missing = The numbers of the last 24 hours cannot be read; the log of rotused says why.
web-overload = More is due than this machine can do: of a hundred checks one starts more than { $time } late, and { $skipped } rounds were left out. Ask less often, or give it more processors or a faster disk.
web-unwritten = What happens cannot be written down: { $error }
web-not-found = Not found
web-no-such-page = There is no such page.
web-no-such-device = There is no device called "{ $name }" in the configuration.
web-broken = The page could not be made; the log of rotused says why. Devices are watched and backups made all the same.
web-too-slow = The page took too long; please try again.
web-host-refused = These pages are served as an address, localhost or a name that hosts of [web] gives, not as "{ $host }". A reverse proxy must send one of these, or Host: 127.0.0.1 with the port of rotused.
web-login = Log in
web-login-again = Login failed
web-login-name = User name
web-login-password = Password
web-login-button = Log in
web-login-help = The administrator of rotused gives out names and passwords.
web-login-wrong = The name or the password is wrong. Please check both and try again.
web-login-wait = There were too many attempts. Please wait { $time } and try again.
web-login-needed = Only users see this address: a name and a password are needed.
web-login-elsewhere = This form does not come from a page of rotused and was not taken. Please open the login page and try again; behind a reverse proxy, the administrator adds its name to hosts.
web-login-form = This is not the login form. Please open the login page and try again.
web-login-continue = Opening the page
web-login-continues = In a moment you will be where the link leads.
web-logout = Log out
web-not-by-proxy = At this address the pages are shown through the reverse proxy only, so that nobody on the way can read a password. Please use the address of the proxy.
web-method-refused = These pages can only be read (GET, HEAD).
web-body-refused = A request for these pages has no body.
web-address-too-long = No address here is so long.
web-refused = The new configuration has mistakes and is not used; the one before goes on. Read:
web-device-kind = Kind
web-parents = Reached through
web-notified = What the device said by itself
web-availability = Availability
web-availability-csv = The same figures as a CSV file
web-availability-how = How this is counted
web-availability-words = Availability is the share of the time in which a device worked, or worked with trouble, in all the time in which that was known. Announced work, and time in which it was not watched or nothing was known of it, does not count. Several devices have the mean of their availabilities.
web-availability-face = A device is judged by its pings (ICMP), or by all its checks if it has none: by the worst at each moment. An outage is a time without gap in which it was down or unreachable; one that began earlier, or goes on, counts for as much of it as falls into this period.
web-availability-gaps = While rotused itself was stopped, nothing is taken to have changed. Round trips are shown of the measurements that are still kept.
web-availability-devices = Devices
web-availability-unread = The journal cannot be read, so availability cannot be shown; the log of rotused says why.
web-month = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }
web-month-label = Month
web-group = Group
web-groups = Groups
web-sites = Sites
web-all-chosen = All together
web-all-sites = All sites
web-all-groups = All groups
web-show = Show
web-outages = Outages
web-lost = Not there
web-longest = Longest outage
web-maintenance = Maintenance
web-unwatched = Unknown
web-device-count = Devices
web-round-trip-within = Round trip
web-round-trips-pending = { $count ->
    [one] The round trips of { $count } device are still being counted
   *[other] The round trips of { $count } devices are still being counted
}; open the page again in a few seconds.
web-no-devices-chosen = There are no such devices.
web-no-such-month = "{ $month }" is not a month that has begun; one is written so: 2026-11.
web-no-such-site = No device stands at the site "{ $name }".
web-no-such-group = No device belongs to the group "{ $name }".
device-kind-switch = switch
device-kind-router = router
device-kind-firewall = firewall
device-kind-access-point = access point
device-kind-wireless-controller = wireless controller
device-kind-server = server
device-kind-nas = NAS
device-kind-printer = printer
device-kind-ups = UPS
device-kind-camera = camera
device-kind-phone = phone
device-kind-other = other
notification-cold-start = the agent started anew
notification-warm-start = the agent started anew with the configuration that it had
notification-link-down = an interface went down
notification-link-up = an interface came up
notification-authentication-failure = somebody asked its SNMP agent with a wrong community or passphrase
notification-ups-on-battery = it feeds from its battery
notification-ups-low-battery = its battery is nearly empty
notification-ups-power-restored = it is fed from the mains again
notification-ups-alarm = an alarm began
notification-ups-alarm-over = an alarm is over
notification-printer-alert = the printer needs somebody
notification-about = { $what } ({ $about })
config-unknown-parent = [[device]] "{ $device }": no device is called "{ $name }"; { $hint }
config-parents-circle = [[device]] "{ $device }" is reached through itself; mend the parents
profile-given = the keys of given are numbers of columns
config-threshold-capacity = of = "capacity" is only for receive_bits_per_second and transmit_bits_per_second, whose capacity is the speed of the interface
config-threshold-hysteresis = { $key } is a part of the limit: from 0 to less than 1, or "5 %"
config-threshold-none = a threshold needs warn, fail or both
config-threshold-order = fail must be worse than warn: greater, or smaller with below = true
config-maintenance-backwards = the window ends before it begins: to must be later than from
config-maintenance-too-long = a window is open for at most 31 days at a time
config-maintenance-when = say when: from and to for once, or schedule and duration for again and again
config-maintenance-what = say what it is about: devices, sites or groups
config-maintenance-device = [[maintenance]] "{ $title }": no device is called "{ $name }"; { $hint }
config-maintenance-site = [[maintenance]] "{ $title }": no device stands at "{ $name }"; { $hint }
config-maintenance-group = [[maintenance]] "{ $title }": no device has the group "{ $name }"; { $hint }
config-unknown-gateway = gateways: no device is called "{ $name }"; { $hint }
reason-late = of a hundred checks one starts more than { $by } late, and { $skipped } rounds were left out since the start: ask less often, or give the machine more processors or a faster disk
reason-not-started = it was not started when it was due; restart rotused, and report this
notify-tag-warning = Warning
notify-tag-critical = Fault
notify-tag-escalated = Not taken care of
notify-tag-reminder = Still broken
notify-tag-resolved = Repaired
notify-tag-digest = Digest
notify-no-site = Without a site
notify-since = since { $from }, for { $duration }
notify-lasted = from { $from } to { $to }, for { $duration }
notify-taken = { $count ->
    [one] { $count } device is unreachable with it: { $names }
   *[other] { $count } devices are unreachable with it: { $names }
}
notify-subject-one = [{ $tag }] { $what }: { $why }
notify-subject-site = [{ $tag }] { $site }: { $count ->
    [one] { $count } fault
   *[other] { $count } faults
}, probable root: { $root }
notify-subject-sites = [{ $tag }] { $count ->
    [one] { $count } fault
   *[other] { $count } faults
} at { $sites ->
    [one] { $sites } site
   *[other] { $sites } sites
}, probable root: { $root }
config-notify-limit = limit must be at least 1
config-notify-link = link must begin with http:// or https://
config-unknown-channel = no channel is called "{ $name }"; { $hint }
web-pages = Pages
web-page-overview = Overview
web-page-incidents = Faults
web-page-backups = Backups
web-page-watcher = The watcher itself
web-page-wall = Wall
web-page-map = Map
web-page-availability = Availability
web-incidents-page = Fault journal
web-incidents-all = All faults
web-only-open = Only open ones
web-also-resolved = Also those that are resolved
web-no-incidents = There is no open fault.
web-incidents-more = Only the newest { $count } are shown; `rotused incident list --all --most N` lists more.
web-incident-resolved = Repaired
web-incident-warning = Warning
web-incident-critical = Fault
web-incident-commands = These pages change nothing. Say that you work on a fault, add a note or how it was repaired with `rotused incident ack`, `note` and `repair` on the server.
web-no-such-incident = There is no fault number { $number }.
web-acknowledged = { $name } works on it
web-works-on-it = Works on it
web-nobody = nobody yet
web-number = Number
web-opened = Since
web-resolved = Until
web-not-yet = not yet
web-lasts = Lasts
web-lasted = lasted
web-linked = Belongs together with
web-to-incidents = To the fault journal
web-timeline = What happened
web-taken-heading = Unreachable because of it
web-day-around = The day around it
web-taken = { $count ->
    [one] { $count } device is unreachable because of it
   *[other] { $count } devices are unreachable because of it
}
web-more-incidents = { $count ->
    [one] { $count } more fault
   *[other] { $count } more faults
}
web-more-devices = { $count ->
    [one] { $count } more device; choose above to see it
   *[other] { $count } more devices; choose above to see them
}
web-search = Search
web-any = any
web-show-all = Show all
web-show-site = Show the devices
web-found-devices = { $count ->
    [one] { $count } device
   *[other] { $count } devices
}
web-jobs-troubled = Backups that need attention
web-good-jobs = { $count ->
    [one] { $count } backup is as it should be
   *[other] { $count } backups are as they should be
}
web-no-jobs = No backups are configured.
web-job-started = Started
web-job-newest-runs = { $count ->
    [one] The newest run
   *[other] The newest { $count } runs
}
web-watcher-heading = The watcher itself
web-watcher-well = Watching works as it should
web-version = Release
web-sqlite = SQLite
web-started = Started
web-watched = Watched
web-watched-words = { $devices } devices, { $checks } checks, { $jobs } backups
web-late-half = Half of the checks start within
web-late-p99 = 99 of 100 start within
web-skipped = Rounds left out
web-disk = Disk of the journal
web-disk-words = { $free } free of { $size }
web-channels = How people are told
web-no-channels = No letter was ever written. Channels are configured with [[channel]] in rotused.toml, and tried with `rotused channel test`.
web-channel-works = Works
web-channel-fails = Does not work
web-channel-unused = Nothing delivered yet
web-letters-waiting = Letters waiting
web-letters-delivered = Last delivered
web-too-many-listeners = Too many pages are open to be told of changes at once; this one looks by itself.
incident-opened = It broke
incident-resolved = It works again
incident-took = { $count ->
    [one] { $count } check became unreachable with it
   *[other] { $count } checks became unreachable with it
}
remark-reported = has reported it
remark-acknowledged = works on it
remark-acknowledged-with = works on it: { $text }
remark-note = { $text }
remark-repair = repaired it in { $minutes } min. What was wrong: { $wrong }. What was done: { $done }.
remark-repair-with = repaired it in { $minutes } min. What was wrong: { $wrong }. What was done: { $done }. Parts: { $parts }.
remark-closed = closed it
remark-closed-with = closed it: { $text }
remark-linked = it belongs together with fault { $number }
letter-queued = To be told by { $channel }: { $subject }
letter-delivered = Told by { $channel }: { $answer }
letter-delayed = Not told by { $channel } yet: { $answer }
letter-refused = Refused by { $channel }: { $answer }
web-unreachable = what it is reached through is down
web-unreachable-by = what it is reached through is down: fault { $number }
web-in-maintenance = it is being worked on, as was announced; nobody is told
web-unreachable-heading = Unreachable because of others
web-used = Used
web-errors = Damaged or dropped
web-neighbour = Other end
web-more-rows = { $count } more; `rotused snmp explain` shows all of them
section-alerts = What it complains of
section-ups = Uninterruptible power supply
section-supplies = Supplies
section-trays = Paper trays
section-processors = Processors
section-memory = Memory
section-storage = Volumes
section-sensors = Sensors
section-ups-outputs = Lines that it feeds
section-power-ports = Ports that feed devices
section-neighbours = Neighbours
section-hardware = Hardware
field-description = Description
field-severity = How bad
field-source = Fed from
field-battery-status = Battery
field-charge-percent = Charge
field-remaining-seconds = Would last
field-load-percent = Load
field-input-volts = Gets
field-output-volts = Gives
field-battery-celsius = Battery's temperature
field-name = Name
field-level-percent = Left
field-colour = Colour
field-state = State
field-media = Paper
field-level = Is in
field-capacity = Fits in
field-used-percent = Used
field-used-octets = Of which used
field-size-octets = Size
field-status = State
field-value = Value
field-high-warning = Warning from
field-high-critical = Critical from
field-volts = Voltage
field-amperes = Current
field-watts = Power
field-local-interface = Interface
field-port = Its port
field-address = Address
field-model = Model
field-serial-number = Serial number
field-software-version = Software
field-firmware-version = Firmware
web-last-week = Last week
web-last-month = Last month
web-last-year = Last year
web-map = Network map
web-map-of-site = Network map: { $site }
web-map-whole = The whole network map
web-map-label = { $count ->
    [one] { $title }: { $count } box and its links. The same stands below as a list.
   *[other] { $title }: { $count } boxes and the links between them. The same stands below as a list.
}
web-map-box = Map; if it does not fit, it can be scrolled sideways
web-map-nothing = There is nothing to show on a map: no devices are configured.
web-map-no-site = There is no device at "{ $site }".
web-map-sites = { $count ->
    [one] { $count } device is watched, too many for one map, so it shows sites. Choose a site to see what is there.
   *[other] { $count } devices are watched, too many for one map, so it shows sites. Choose a site to see what is there.
}
web-map-of = { $count } of { $all }
web-map-unlinked = No links are known
web-map-link = { $upper } – { $lower }
web-map-load = { $down } of the speed used towards it, { $up } from it
web-map-said-only = the link is known from LLDP or CDP only
web-map-also = also connected with:
web-map-list = The same map as a list
web-map-key-configured = the link is configured
web-map-key-said = the link is known from LLDP or CDP only
web-map-key-broken = leads to what is down (✕) or unreachable (↯)
web-map-key-load = the thicker, the more of the speed is used: ↓ towards the device, ↑ from it
web-strip-heading = How it did
web-strip = Available { $availability } of the time, outages: { $outages }
web-more-outages = { $count } more outages

## The gate: what keeps a text from being published
check-severity-none = not told
check-severity-note = Note
check-severity-warning = Warning
check-severity-error = Error
check-rule-content = Such a file cannot become a page.
check-rule-exception = An exception has an end, so that it is not forgotten.
check-rule-approval = Only texts of which the language editor approved are published (Law on the State Language).
check-rule-section = The site must have all sections of the description approved by Government resolution No. 480 of 18 April 2003.
check-rule-empty-section = A section cannot be empty: it says why there is nothing (No. 480, point 14).
check-rule-periodic = Documents are published in time.
check-rule-deadline = Information is published in time.
check-rule-act-number = Acts are numbered one after the other, and each number is there once.
check-rule-act-force = A reader must see whether an act is in force and what changed it.
check-rule-press-release = A press release must agree with the decisions of the sitting.
check-rule-duplicate-title = Pages with the same name cannot be told apart in a list or a search.
check-rule-orphan = Nobody finds a page to which nothing leads.
check-rule-alternative = Whoever does not see hears only the description (WCAG 2.2, 1.1.1).
check-rule-heading-order = Headings are the table of contents for whoever does not see the page (WCAG 2.2, 1.3.1).
check-rule-link-text = Whoever goes from link to link hears only their words (WCAG 2.2, 2.4.4).
check-rule-table-header = Without names of columns the numbers of a table say nothing (WCAG 2.2, 1.3.1).
check-rule-contrast = Text must be readable with weak eyes and in the sun (WCAG 2.2, 1.4.3).
check-contrast = the contrast of { $text } and { $behind } is { $contrast } and must be 4.5 at least ({ $reader ->
        [check-contrast-in-the-dark] in the dark scheme
        [check-contrast-for-more] when more contrast is asked for
        [check-contrast-for-more-in-the-dark] in the dark scheme, when more contrast is asked for
       *[other] as usual
    }); darken or lighten one of them
check-rule-picture-size = A large file takes long to come, and both the reader and the municipality pay for it.
check-picture-size = the picture “{ $file }” has { $size } MB, and { $most } are enough; make it smaller
check-rule-contact = Contacts change in the directory, and those written by hand stay old.
check-rule-external-link = A link that leads nowhere deceives its reader.
check-rule-lost-address = People have old links in letters, documents and search engines.
check-lost-address = the page that was at { $address } is gone and nothing is there instead; write aliases = ["{ $address }"] into the page that takes its place
site-unapproved = Urgent notice: the language editor has not seen this text yet.
check-rule-personal-data = Personal data are published only where the law wants it (GDPR, Article 6).
check-rule-document = Documents must be accessible to everybody (Directive (EU) 2016/2102).
check-rule-spelling = A public text is without errors (Law on the State Language).
check-rule-language = A dictionary does not notice such an error (VLKK).
check-spelling-dictionary = spelling was not checked: { $error }
publish-refused-count = Errors: { $errors }. Mend them and push again.
check-policy-missing = there is no such file
check-exception-over = this exception is over (by { $author }, because: { $reason }); mend the text or prolong the exception
check-approval-no-history = the site is in no git repository, so it is not known what was approved; run “git init” and commit the files
check-approval-git = it could not be found out what was approved: { $error }
check-approval-never = the language editor has not approved of this text; once they have, “sitegen approve content/{ $file }”
check-approval-changed = the text changed after it was approved: { $difference }; once it is approved again, “sitegen approve content/{ $file }”
check-approval-urgent = an urgent notice is public without approval; approve of it until { $until }
check-approve-stranger = “{ $email }” is not among the language editors; they are listed in content/gate.toml, [approval], editors
check-approve-uncommitted = there are changes that are not committed; commit them first (“git commit”), so that it is clear which text is approved
check-rules-long = the heading “{ $title }” has more than four significant words
check-every-quarter = every quarter
check-every-year = every year
check-deadline-minutes = there are no minutes: they are due { $days } days after the sitting, that was { $since } ({ $source })
check-deadline-agenda = there is no agenda: it is due { $days } days before, since { $since } ({ $source })
check-deadline-draft = the draft came too late: { $days } days before the sitting, that is { $since } ({ $source })
check-deadline-statement = nobody has looked at this page for more than { $days } days (due { $since }, { $source }); look at it and write updated
check-section-missing = the section „{ $title }“ is missing (point { $point }); make content/{ $folder }
check-section-named = the section is called „{ $name }“ and must be called „{ $title }“ (point { $point })
check-section-empty = the section „{ $title }“ shows nothing (point { $point }); add documents, or say why there are none: absent = "…"
check-periodic = there is no document for { $period }; it was due on { $since } ({ $source })
check-security-expires = security.txt is good only until { $expires }; prolong site.toml, [security], expires (RFC 9116)
check-review = this page was to be looked at until { $by }; look at it and change review_by
check-rule-incomplete = A page must have what its readers look for.
check-undated = there is no `published`, so neither feeds nor subscribers hear of the page; write the day on which it appeared
check-no-files = a dataset without files (distributions); add a file or its address
check-act-double = the number { $number } of { $year } is already in { $other }
check-act-gap = { $number } of { $year } follows { $before }; the acts between them are missing
check-act-of-draft = the act { $number } amends or repeals a draft that is not adopted ({ $file })
check-act-before = the act { $number } amends or repeals the act { $other }, which was adopted later ({ $file })
check-act-amends-repealed = the act { $number } amends the act { $other }, which was no longer in force ({ $file })
check-act-longer = in_force_to is later than the act { $other } came into force, which repealed { $number } ({ $file })
check-act-repealed-twice = two acts repeal { $number }, the second is { $other } ({ $file })
check-act-no-consolidated = the act { $number } was amended by { $other } from { $day } on, and there is no consolidated text of that day; write consolidated = [{"{"} from = { $day }, text = "…" {"}"}]
check-act-edition-of-nothing = nothing amended the act { $number } on { $day }, so there can be no consolidated text of that day; mend `from`, or write which act amends it
check-act-edition-twice = the act { $number } has two consolidated texts from { $day } on
check-release-no-sitting = there is no sitting of the council on { $day }; see sitting
check-release-misses-decision = a decision is not named: { $item }
check-release-misses-amended = an amended act is not named: { $item }
check-release-misses-repealed = a repealed act is not named: { $item }
check-release-count = the text tells of { $told } decisions, and the site has { $count }
check-release-title = Sitting of the municipal council on { $day }
check-release-opening = At the sitting of the municipal council on { $day } ({ $place }), { $count ->
    [one] { $count } decision was adopted
   *[other] { $count } decisions were adopted
}.
check-release-present = { $count ->
    [one] { $count } member was present
   *[other] { $count } members were present
}.
check-release-absent = Absent: { $names }.
check-release-decisions = Decisions
check-release-amended = Amended decisions
check-release-repealed = Repealed
check-release-act = Decision No. { $number } of { $day }
check-alternative = the picture “{ $file }” has no description; write, for example, ![The renovated school]({ $file })
check-heading-order = a heading of level { $level } follows one of level { $before }; no level may be left out
check-link-empty = a link without words; write between the brackets what it leads to
check-link-text = the link “{ $words }” does not say where it leads; write, for example, [the application form](…)
check-table-header = a table without names of columns; write them into its first row
check-contact = “{ $contact }” is in the directory; write a block “contact” with “{ $name }” instead, or a link to that page
check-duplicate-title = there is a page “{ $title }” already ({ $other }); choose another title
check-orphan = neither a list nor a link leads to this page; add a link or menu
check-format-text = text
check-format-json = JSON
check-format-sarif = SARIF
check-format-forgejo = Forgejo
check-summary = { $errors ->
    [0] This may be published
   *[other] This may not be published: errors: { $errors }
}, warnings: { $warnings }, notes: { $notes }, exceptions: { $excused }.
check-pending-none = All texts are approved.
check-pending-off = There are no language editors (content/gate.toml, [approval]).
check-pending-new = never approved
check-pending-since = waits for { $days } days
check-pending-uncommitted = not committed yet
check-approved = { $count ->
    [one] { $count } text is approved
   *[other] { $count } texts are approved
} (commit { $commit }).
check-standing-kept = there ({ $count })
check-standing-absent = absent: { $reason }
check-standing-empty = EMPTY
check-standing-named = CALLED OTHERWISE: { $name }
check-standing-missing = MISSING
check-standing-late = LATE: { $period } (since { $since })
check-compliance-none = There are no rules: content/rules.toml.
check-compliance-point = Point
check-compliance-title = Section
check-compliance-standing = Standing
check-compliance-updated = Updated
## Checks before publishing

check-personal-code = There is a personal code here ({ $value }), and it must not be made public. Please remove it from the text; if the file has been published already, tell the data protection officer.
check-personal-iban = There is a bank account number here ({ $value }) that is not the institution's. If it is a person's account, please remove it; if it is the institution's, add it to the list of allowed accounts.
check-personal-birth = A person's birth date is given here. If it need not be public, please remove it or leave only the year.
check-document-untagged = This PDF has no structure tags, so screen readers cannot tell headings, lists and tables. Please save it from the word processor again as a tagged PDF, or publish the text on the page itself.
check-document-untitled = This document has no title, or its file name is shown instead of it. Please enter a title in the document's properties; in a PDF, also choose to show the title in the window.
check-document-no-language = This document does not say which language it is in, so screen readers may read it in the wrong one. Please set the language in the word processor and save the document again.
check-document-scanned = This PDF has only pictures of pages and no text: screen readers cannot read it, and it cannot be searched. Please publish the original document; if it is lost, have the text recognised (OCR) and check it.
check-document-encrypted = This document is protected by a password or limits what may be done with it. Please save it without protection so that everyone can read it.
check-document-tracked-changes = There are tracked changes left in this document: anyone can see what was deleted and who edited it. Please accept or reject all changes and save the document again.
check-document-comments = There are comments left in this document that everyone will see. Please delete them and save the document again.
check-document-position = A picture here carries the coordinates of the place where it was taken, which may be somebody's home. Please remove the picture's location data before publishing it.
check-document-author = The document's properties name its author. If the name is not meant to be public, please remove it from the document's properties.
check-document-cut = This document is very large, so only a part of it was checked. Please look through the rest yourself, or split the document.
check-document-outdated = This document is in an old format (before 2007) that not every program opens. Please save it as ODF (ODT, ODS), DOCX, XLSX or PDF.
check-document-unreadable = This document could not be read: it is damaged or too large. Please open it on your computer, save it again and upload it once more.
check-language-unknown-word = the dictionary does not know the word "{ $word }"; if it is right, please add it to the site's list of words
check-language-unknown-word-likely = the dictionary does not know the word "{ $word }"; perhaps it should be: { $likely }
check-language-mistake = "{ $found }": { $reason }
check-language-mistake-instead = "{ $found }": { $reason }; please write: { $instead }
check-language-set-on-output = the site will show it as it should be
check-language-phrase = { $reason }
check-language-phrase-source = { $reason } ({ $source })
check-language-quotes-open = a Lithuanian quotation begins with the low mark
check-language-quotes-close = a Lithuanian quotation does not end with the English mark
check-language-quotes-undecided = it is not clear whether a quotation begins or ends here
check-language-quotes-space = there is no space between a quotation mark and its word
check-language-quotes-unclosed = the quotation begins, but does not end
check-language-quotes-unopened = the quotation ends, but does not begin
check-language-dash = a dash stands between these words, not a hyphen
check-language-range = a range is written with a dash, not with a hyphen
check-language-range-spaces = the dash of a range of numbers has no spaces around it
check-language-capital-institution = only the first word of such a name has a capital, and posts have none
check-language-capital-month = the names of months have no capital
check-language-capital-name = this name is written with a capital
check-language-count-one = the singular follows a number that ends in one
check-language-count-few = this number wants the nominative, and the participle agrees with it
check-language-count-many = the genitive of the plural follows this number, and the participle is neuter
check-language-count-part = the genitive of the singular follows a decimal fraction
check-language-accusative = the accusative follows this preposition: perhaps an ogonek is missing
## Publishing from a git repository

publish-no-configuration = there is no such file; an example that explains every key is installed as /etc/sitegen/publish.toml
publish-mail-server = a mail server with a port
publish-mail-address = an e-mail address
publish-branch = the name of a git branch
publish-folder = a folder in the repository, without ".."
publish-folder-missing = the repository has no folder "{ $folder }"
publish-symbolic-link = { $file }: symbolic links are not published; put the file itself in its place
publish-submodule = { $file }: other repositories (submodules) are not published; put their files in its place
publish-file-name = { $file }: a file of this name cannot be published; rename it
publish-too-many-files = there are too many files: at most { $most } are possible; delete what is not needed, or ask an administrator
publish-too-large = { $file }: with this file the site is larger than { $most } MiB; make large files smaller, or ask an administrator
publish-file-missing = { $file }: the file is not there, although it was to be made
publish-empty-file = { $file }: the file is empty
publish-malformed = { $file }: the file is malformed: { $error }
publish-broken-link = { $file }: the link "{ $link }" leads nowhere
publish-broken-fragment = { $file }: the link "{ $link }" leads to a place that is not on that page
publish-more = … and { $count } more
publish-refused-title = Not published: { $commit }
publish-refused = Commit { $commit } of the branch { $branch } (by { $author }) was not published: it has something to mend. The public site is as it was.
publish-refused-by-time = Commit { $commit } of the branch { $branch } (by { $author }) is public already, but the time has come for the site to change (something became public or out of date), and its new version has something to mend. The public site is as it was.
publish-refused-then = Mend it and push a new commit: it is checked at once.
publish-rewritten-title = The site's history was rewritten
publish-rewritten =
    The history of the branch { $branch } was rewritten (git push --force). Commit { $commit } (by { $author }) was published, although the commit { $before } that was published before is no longer in it.
    If that should not be: sitegen publish rollback.

## Fields of the web editor
editor-images = Pictures
editor-attachments = Attachments
editor-title = Title
editor-published = Public from
editor-summary = Summary
editor-tags = Topics
editor-draft = Draft
editor-body = Text
editor-absent = Why there is nothing / who was absent
editor-address = Address
editor-adopted = Adopted
editor-agenda = Agenda
editor-alt = Description for those who do not see it
editor-amends = Amends
editor-amount = Amount, EUR
editor-annexes = Annexes
editor-archive = Archive
editor-area = Area
editor-author = Author
editor-broadcast = Broadcast
editor-by = Who
editor-caption = Caption
editor-category = Category
editor-consolidated = Consolidated
editor-consultation-until = Consultation until
editor-contains = Contains
editor-coordinates = Coordinates
editor-count = Count
editor-country = Country
editor-dates = Dates
editor-deadline = Deadline
editor-distributions = Distributions
editor-drafts = Drafts
editor-duration = Duration
editor-email = Email
editor-end = End
editor-except = Except
editor-feed = Feed
editor-file = File
editor-files = Files
editor-form = Form of the act
editor-frequency = Frequency
editor-from = From
editor-funding = Funding
editor-head = Head
editor-how = How to take part
editor-implements = Implements
editor-in-force-from = In force from
editor-in-force-to = In force to
editor-interval = Interval
editor-language = Language
editor-lecturer = Lecturer
editor-legal-basis = Legal basis
editor-level = Level
editor-licence = Licence
editor-link = Link
editor-materials = Materials
editor-media-contact = Media contact
editor-minutes = Minutes
editor-needed = Needed
editor-number = Number
editor-organiser = Organiser
editor-paginate-by = Paginate by
editor-parent = Parent
editor-partner = Partner
editor-partners = Partners
editor-pay = Pay
editor-period-from = Period from
editor-period-to = Period to
editor-phone = Phone
editor-place = Place
editor-position = Position
editor-present = Present
editor-press-release = Press release
editor-price = Price
editor-procedure = Procedure
editor-programme = Programme
editor-quarter = Quarter
editor-quotes = Quotes
editor-reception = Reception
editor-recurrence = Recurrence
editor-register-identifier = Number in the register
editor-registration = Registration
editor-repeals = Repeals
editor-reports-to = Reports to
editor-responsible = Responsible
editor-result = Result
editor-review-by = Review by
editor-room = Room
editor-severity = Severity
editor-signatory = Signatory
editor-sitting = Sitting
editor-sort-by = Sort by
editor-source = Source
editor-speaker = Speaker
editor-start = Start
editor-status = Status
editor-steps = Steps
editor-text = Text
editor-theme = EU theme
editor-time = Time
editor-to = To
editor-until = Until
editor-updated-every = Updated every
editor-who = Who may ask
editor-year = Year
editor-several = There may be several.

## Subscriptions by mail

subscription-confirm-title = Please confirm your subscription: { $section } [{ $token }]
subscription-confirm =
    Somebody, probably you, asked us to send news to this address: { $section }.

    If you want them, answer this letter and leave its subject as it is. You need not write anything.

    If you did not ask, do nothing: without your answer we send nothing, and forget the request after three days.
subscription-welcome-title = Your subscription has begun: { $section }
subscription-welcome =
    From now on you get the news of { $section }: at most once a day, and only when there is something new.

    To unsubscribe, answer any of our letters with the subject “Unsubscribe”.
subscription-known-title = You get these news already: { $section }
subscription-known =
    We send the news of { $section } to this address already. A letter comes only when there is something new.
subscription-left-title = Your subscription has ended
subscription-left =
    We send no more news to this address, and have removed it from our list.
subscription-left-section-title = Your subscription has ended: { $section }
subscription-left-section =
    We send no more news of { $section } to this address.
subscription-help-title = How to subscribe to news
subscription-help =
    We did not understand your letter: it is read by a program and not by a person.

    To subscribe: open a section of the website, such as “News”, and follow “By email” at the end of the page. A letter opens that is ready to be sent.

    To unsubscribe: send a letter with the subject “Unsubscribe” to this address.
subscription-digest-title =
    { $count ->
        [one] One news item: { $sections }
       *[other] { $count } news items: { $sections }
    }
subscription-digest-why =
    We write because you have subscribed to these news. To unsubscribe, answer this letter with the subject “Unsubscribe”.
## Links to other sites (sitegen links --external)

links-failing = "{ $address }" has not worked since { $since }: { $what }; { $advice }
links-wrong = "{ $address }": { $what }; { $advice }
links-barred = "{ $address }": the server does not answer programs ({ $status }); open it in a browser: if it works, write an exception (content/gate.toml, rule = "external-link"), if not, change the link
links-moved = "{ $address }" has moved for good; write { $target }
links-malformed = there can be no such address
links-private = it leads into a private network, which residents cannot reach ({ $detail })
links-unresolved = there is no server called "{ $host }" ({ $detail })
links-refused = the server takes no connections
links-unreachable = the server cannot be reached ({ $detail })
links-silent-host = the server says nothing for { $seconds } s
links-silent-server = the server took the request and did not answer within { $seconds } s
links-certificate-expired = the server's certificate has expired
links-certificate-early = the server's certificate is not valid yet
links-certificate-name = the server's certificate is for another name
links-certificate-unknown = nobody known vouches for the server's certificate (perhaps the server leaves an intermediate one out)
links-certificate = the server's certificate is not good ({ $detail })
links-tls = there is no secure connection ({ $detail })
links-protocol = the server's answer is malformed ({ $detail })
links-redirects = the server redirects on and on (the last time to { $detail })
links-loop = the server redirects in circles (back to { $detail })
links-astray = the server redirects to where nobody can go ({ $detail })
links-gone = there is no such page ({ $status })
links-broken = the server is broken ({ $status })
links-status = the server answered { $status }
links-advice-write = write the whole address, such as https://www.epaslaugos.lt/
links-advice-private = name a public address, or remove the link; if the name leads inside only from the institution's own network and residents reach a public server by it, write an exception (content/gate.toml, rule = "external-link")
links-advice-owner = a browser will warn of it; tell the owner of that site, and until it is mended name another address or remove the link
links-advice-replace = find the new address, or remove the link; if it works in a browser, write an exception (content/gate.toml, rule = "external-link")
links-offline = not one server is there: probably this machine has no internet; nothing was remembered
links-summary = Addresses elsewhere: { $known }, asked now: { $asked }; dead: { $dead }, still being watched: { $waiting }, excused: { $excused }
links-letter-title = Links of the website do not work: { $dead }
links-letter = These links of the public website do not work. Please mend them, or hand this on to the editors.
