//! A real mail system: Postfix takes mail and hands it to Dovecot, which has the mailboxes.

use std::fs::{self, Permissions};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::{Authority, NAME, Validity, eventually, free_port};

/// Both servers, in a folder of their own, on free ports of 127.0.0.1, with certificates of an [`Authority`].
///
/// Postfix is several users, and only root can start it: not a namespace of users either, which has only one.
#[derive(Debug)]
pub struct MailSystem {
    folder: TempDir,
    /// Who has certified both.
    pub authority: Authority,
    /// SMTP, with STARTTLS.
    pub smtp: u16,
    /// SMTP under TLS.
    pub smtps: u16,
    /// IMAP, with STARTTLS.
    pub imap: u16,
    /// IMAP under TLS.
    pub imaps: u16,
    /// POP3, with STARTTLS.
    pub pop3: u16,
    children: Vec<Child>,
}

impl MailSystem {
    /// The users, who have the same password, and addresses of that name in [`MailSystem::DOMAIN`].
    pub const USERS: [&str; 2] = ["zinute", "kitas"];
    /// Their password, with what has a meaning in IMAP.
    pub const PASSWORD: &str = "ąžuolas \"2026\\{5}";
    /// The domain that is delivered.
    pub const DOMAIN: &str = "azuolynas.example";
    /// An address in it for which Postfix takes nothing (550).
    pub const GONE: &str = "isejes@azuolynas.example";
    /// An address in it for which Postfix takes nothing for now (450).
    pub const BUSY: &str = "uzimtas@azuolynas.example";

    /// Starts both and waits until they listen; none, which is said, when we are not root.
    #[must_use]
    pub fn start() -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            eprintln!("NOT TESTED: only root can start Postfix");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::new();
        authority.certify("pastas", &[NAME], Validity::LONG);
        let ports = [(); 5].map(|()| free_port());
        let [smtp, smtps, imap, imaps, pop3] = ports;
        let mut system = Self { folder, authority, smtp, smtps, imap, imaps, pop3, children: Vec::new() };
        // The servers' users must get at their parts of it.
        fs::set_permissions(system.folder.path(), Permissions::from_mode(0o755)).unwrap();
        system.start_dovecot();
        system.start_postfix();
        for port in ports {
            eventually(&format!("a mail server on port {port}"), || TcpStream::connect(("127.0.0.1", port)).ok());
        }
        Some(system)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder of the new messages of a user, once there is one.
    #[must_use]
    pub fn new_messages(&self, user: &str) -> PathBuf {
        self.path(&format!("mail/{user}/Maildir/new"))
    }

    /// How many messages a user has.
    #[must_use]
    pub fn count(&self, user: &str) -> usize {
        let count =
            |kind: &str| fs::read_dir(self.path(&format!("mail/{user}/Maildir/{kind}"))).map_or(0, Iterator::count);
        count("new") + count("cur")
    }

    fn start_dovecot(&mut self) {
        let users: String = Self::USERS.map(|user| format!("{user}:{{PLAIN}}{}::::::\n", Self::PASSWORD)).concat();
        fs::write(self.path("users"), users).unwrap();
        fs::set_permissions(self.path("users"), Permissions::from_mode(0o644)).unwrap();
        let mail = self.path("mail");
        fs::create_dir(&mail).unwrap();
        fs::set_permissions(&mail, Permissions::from_mode(0o1777)).unwrap();
        let configuration = format!(
            "base_dir = {folder}/dovecot
            state_dir = {folder}/dovecot
            log_path = {folder}/dovecot.log
            protocols = imap pop3 lmtp
            listen = 127.0.0.1
            ssl = yes
            ssl_cert = <{certificate}
            ssl_key = <{key}
            disable_plaintext_auth = yes
            auth_mechanisms = plain login
            auth_username_format = %Ln
            # A wrong password would else be answered late.
            auth_failure_delay = 0
            first_valid_uid = 1
            mail_location = maildir:~/Maildir
            passdb {{
              driver = passwd-file
              args = scheme=PLAIN {folder}/users
            }}
            userdb {{
              driver = static
              args = uid=nobody gid=nogroup home={folder}/mail/%n
            }}
            service imap-login {{
              inet_listener imap {{
                port = {imap}
              }}
              inet_listener imaps {{
                port = {imaps}
                ssl = yes
              }}
            }}
            service pop3-login {{
              inet_listener pop3 {{
                port = {pop3}
              }}
              inet_listener pop3s {{
                port = 0
              }}
            }}
            service lmtp {{
              unix_listener {folder}/lmtp {{
                mode = 0666
              }}
            }}
            service auth {{
              unix_listener {folder}/auth {{
                mode = 0666
              }}
            }}
            service stats {{
              unix_listener stats-writer {{
                mode = 0666
              }}
            }}\n",
            folder = self.folder.path().display(),
            certificate = self.authority.path("pastas.pem").display(),
            key = self.authority.path("pastas.key").display(),
            imap = self.imap,
            imaps = self.imaps,
            pop3 = self.pop3,
        );
        let path = self.path("dovecot.conf");
        fs::write(&path, configuration).unwrap();
        self.run(Command::new(installed("dovecot")).arg("-F").arg("-c").arg(path));
    }

    fn start_postfix(&mut self) {
        let configuration = self.path("postfix");
        fs::create_dir(&configuration).unwrap();
        let main = format!(
            "compatibility_level = 3.6
            maillog_file = {folder}/postfix.log
            maillog_file_prefixes = {folder}
            queue_directory = {folder}/queue
            data_directory = {folder}/data
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            myhostname = {NAME}
            mydestination =
            mynetworks =
            alias_maps =
            alias_database =
            smtputf8_enable = no
            virtual_mailbox_domains = {domain}
            virtual_transport = lmtp:unix:{folder}/lmtp
            smtpd_relay_restrictions = permit_sasl_authenticated, reject
            smtpd_recipient_restrictions = check_recipient_access inline:{{ {{{gone} = 550 5.1.1 the mailbox is gone}}, \
            {{{busy} = 450 4.2.0 come again}} }}
            smtpd_tls_cert_file = {certificate}
            smtpd_tls_key_file = {key}
            smtpd_tls_security_level = may
            smtpd_tls_auth_only = yes
            smtpd_sasl_auth_enable = yes
            smtpd_sasl_type = dovecot
            smtpd_sasl_path = {folder}/auth\n",
            folder = self.folder.path().display(),
            domain = Self::DOMAIN,
            gone = Self::GONE,
            busy = Self::BUSY,
            certificate = self.authority.path("pastas.pem").display(),
            key = self.authority.path("pastas.key").display(),
        );
        let master = format!(
            "127.0.0.1:{} inet n - n - - smtpd
            127.0.0.1:{} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 300 1 qmgr
            tlsmgr unix - - n 1000? 1 tlsmgr
            rewrite unix - - n - - trivial-rewrite
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce
            trace unix - - n - 0 bounce
            proxymap unix - - n - - proxymap
            error unix - - n - - error
            retry unix - - n - - error
            lmtp unix - - n - - lmtp
            anvil unix - - n - 1 anvil
            scache unix - - n - 1 scache
            postlog unix-dgram n - n - 1 postlogd\n",
            self.smtp, self.smtps
        );
        // A line that begins with a space would continue the one before.
        let flush = |text: &str| text.lines().map(|line| format!("{}\n", line.trim_start())).collect::<String>();
        fs::write(configuration.join("main.cf"), flush(&main)).unwrap();
        fs::write(configuration.join("master.cf"), flush(&master)).unwrap();
        for folder in ["queue", "data"] {
            fs::create_dir(self.path(folder)).unwrap();
        }
        let owned = Command::new("chown").arg("postfix").arg(self.path("data")).status().unwrap();
        assert!(owned.success(), "{owned}");
        self.run_postfix();
    }

    fn run_postfix(&mut self) {
        let configuration = self.path("postfix");
        self.run(Command::new(installed("postfix")).arg("-c").arg(configuration).arg("start-fg"));
    }

    /// Stops Postfix alone: mail can be read, and none handed in.
    ///
    /// # Panics
    /// When it does not stop.
    pub fn stop_postfix(&mut self) {
        self.abort_postfix();
        let smtp = self.smtp;
        eventually("the end of Postfix", || TcpStream::connect(("127.0.0.1", smtp)).is_err().then_some(()));
    }

    /// Starts it again.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_postfix_again(&mut self) {
        self.run_postfix();
        let smtp = self.smtp;
        eventually("Postfix", || TcpStream::connect(("127.0.0.1", smtp)).ok());
    }

    fn abort_postfix(&self) {
        // Its parent process is a script that does not hand signals on.
        let _ = Command::new(installed("postfix")).arg("-c").arg(self.path("postfix")).arg("abort").output();
    }

    /// Stops both; nobody listens on their ports any more.
    pub fn stop(&mut self) {
        self.abort_postfix();
        for mut child in self.children.drain(..) {
            // Asked, so that they end their own children. Of a process that has ended already there is nothing to end.
            let _ = kill_process(Pid::from_child(&child), Signal::TERM);
            let _ = child.wait();
        }
    }

    fn run(&mut self, command: &mut Command) {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        self.children.push(child.expect("a mail server starts; tests/install-packages installs it"));
    }
}

fn installed(program: &str) -> PathBuf {
    let path = Path::new("/usr/sbin").join(program);
    if path.exists() { path } else { program.into() }
}

impl Drop for MailSystem {
    fn drop(&mut self) {
        self.stop();
    }
}
