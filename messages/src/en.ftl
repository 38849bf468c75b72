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
config-not-utf8 = the file is not text in UTF-8; save it as UTF-8
config-unreadable-file = it cannot be read: { $error }
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
config-percent = { $key } must be from 0 to 100
config-passphrase-short = { $key } must have at least 8 characters (RFC 3414, 11.2)
config-calendar = a calendar event in the notation of systemd.time(7)
config-time-zone = a time zone of the IANA database
config-listen-not-loopback = listen must be an address of this machine alone (127.0.0.1 or ::1): the pages have no users yet; put a web server with access control in front of them
config-secret-source = { $key } needs either file = "…" or credential = "…"
config-secret-unreadable = the secret file { $path } cannot be read: { $error }
config-secret-not-a-file = the secret { $path } is not a file
config-secret-exposed = the secret file { $path } has mode { $mode }, others can read it; run: chmod 600 { $path }
config-secret-empty = the secret file { $path } is empty
config-credential-name = "{ $name }" is not the name of a systemd credential: it must not contain "/"
config-no-credentials-directory = the credential "{ $name }" comes from systemd, which has not started this process; use file = "…", or run it by systemd with LoadCredential=

## Why a check failed

failure-timeout = no answer within { $seconds } s
failure-refused = the connection was refused: nothing listens on this port
failure-unreachable = the network cannot reach it: { $detail }
failure-authentication = the agent does not accept our user or passphrases
failure-authentication-user = the agent does not know our user
failure-authentication-passphrase = the agent refuses our authentication passphrase or protocol
failure-authentication-privacy = the agent cannot decrypt what we send: the privacy passphrase or protocol is wrong
failure-authentication-clock = the agent's clock disagrees with ours (not in time window)
failure-protocol = it answers something that the protocol does not allow: { $detail }
failure-local = this machine could not ask: { $detail }

## Backups

backup-restic-missing = { $command } cannot be run ({ $detail }); install the package restic, or say where it is with restic = "/path/to/restic"
backup-repository-missing = there is no repository at { $location }; if the disk is not mounted, mount it; if the repository is new, make it with: rotused repo init NAME
backup-repository-exists = there is a repository at { $location } already; nothing was changed
backup-wrong-password = the password does not open the repository; put the right one into the password file
backup-locked = somebody else is using the repository (restic list locks shows who); it is tried again at the next run
backup-disk-full = a disk is full: { $detail }
backup-not-writable = something cannot be written: { $detail }
backup-database-missing = there is no database at { $path }
backup-database-unreadable = the database { $path } cannot be read: { $detail }
backup-database-damaged = the database { $path } is damaged ({ $detail }); restore it from the newest proven snapshot
backup-damaged = the repository is damaged, what was stored cannot be read back: { $detail }
backup-differs = the snapshot is not what was dumped: { $stored } octets of { $dumped } or other ones
backup-deadline = it took longer than the job's deadline and was ended
backup-unexpected = restic { $command } failed (exit code { $status }): { $detail }
