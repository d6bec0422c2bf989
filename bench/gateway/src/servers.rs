//! The two that are compared: `anchorage serve`, and nginx told to do the same. Both end with this program.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use crate::cloud::{Cloud, PROJECT, TOKEN};

/// What nginx knows of sessions.
pub const NGINX_COOKIE: &str = "sid=0123456789abcdef0123456789abcdef";

/// A program that ends when this one does, and its folder with it.
struct Running {
    child: Child,
    folder: PathBuf,
}

impl Drop for Running {
    fn drop(&mut self) {
        // nginx ends its worker when it is asked, not when it is killed.
        let asked = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        if !asked.is_ok_and(|asked| asked.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn folder(name: &str) -> Result<PathBuf> {
    let folder =
        std::env::temp_dir().join(format!("anchorage-bench-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

pub struct Anchorage {
    pub address: SocketAddr,
    running: Running,
}

impl Anchorage {
    /// With one worker, as nginx has one.
    pub fn start(program: &Path, cloud: &Cloud) -> Result<Self> {
        let folder = folder("gateway")?;
        let config = folder.join("anchorage.toml");
        let text = format!(
            "[[cloud]]\nid = \"bench\"\nauth_url = \"http://{}/v3\"\n",
            cloud.address
        );
        fs::write(&config, text)?;
        let mut child = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--no-sandbox"])
            .args(["--data", ":memory:", "--config"])
            .arg(&config)
            .env("TOKIO_WORKER_THREADS", "1")
            .env("RUST_LOG", "gateway::serve=info")
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| program.display().to_string())?;
        let log = child.stderr.take().context("no log")?;
        let running = Running { child, folder };
        let mut log = BufReader::new(log).lines();
        let line = log
            .find_map(|line| {
                line.ok()
                    .filter(|line| line.contains("console is at http://"))
            })
            .context("anchorage did not start")?;
        thread::spawn(move || log.for_each(drop));
        let address = line.split("http://").nth(1).unwrap_or_default();
        let address = address.trim_end_matches('/').parse()?;
        Ok(Self { address, running })
    }

    /// The cookie of a new session.
    pub fn sign_in(&self) -> Result<String> {
        let body =
            "{\"domain\":\"acme\",\"user\":\"demo\",\"password\":\"right\",\"project\":\"eu-de\"}";
        let (address, length) = (self.address, body.len());
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(
            format!(
                "POST /session HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nX-Anchorage: 1\r\n\
                 Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            )
            .as_bytes(),
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        ensure!(answer.starts_with("HTTP/1.1 200 "), "sign-in: {answer}");
        let cookie = answer.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            let value = value.split(';').next()?;
            name.eq_ignore_ascii_case("set-cookie")
                .then(|| value.to_owned())
        });
        cookie.context("no cookie")
    }

    /// Memory that is its own, in MiB: the proportional share where the system tells it, else all that is resident.
    pub fn memory(&self) -> f64 {
        let read = |file: &str, name: &str| -> Option<f64> {
            let text =
                fs::read_to_string(format!("/proc/{}/{file}", self.running.child.id())).ok()?;
            let line = text.lines().find(|line| line.starts_with(name))?;
            let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
            Some(kib / 1024.0)
        };
        read("smaps_rollup", "Pss:")
            .or_else(|| read("status", "VmRSS:"))
            .unwrap_or(f64::NAN)
    }
}

/// The file of the console that weighs most, in the form browsers get.
pub struct Asset {
    pub path: String,
    file: PathBuf,
}

pub fn largest_asset(site: &Path) -> Result<Option<Asset>> {
    let mut largest: Option<(u64, Asset)> = None;
    let mut folders = vec![site.join("assets")];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let entry = entry?;
            let (file, about) = (entry.path(), entry.metadata()?);
            if about.is_dir() {
                folders.push(file);
                continue;
            }
            let Some(name) = file.to_str().filter(|name| !name.ends_with(".gz")) else {
                continue;
            };
            let plain = name.strip_suffix(".br").unwrap_or(name);
            let compressed = plain.len() < name.len();
            if !compressed && Path::new(&format!("{name}.br")).exists() {
                continue;
            }
            if largest.as_ref().is_none_or(|(size, _)| about.len() > *size) {
                let below = Path::new(plain).strip_prefix(site)?;
                let path = format!("/{}", below.display());
                largest = Some((about.len(), Asset { path, file }));
            }
        }
    }
    Ok(largest.map(|(_, asset)| asset))
}

pub struct Nginx {
    pub address: SocketAddr,
    _running: Running,
}

impl Nginx {
    /// Nothing when it is not installed.
    pub fn start(cloud: &Cloud, asset: Option<&Asset>) -> Result<Option<Self>> {
        if Command::new("nginx")
            .arg("-v")
            .stderr(Stdio::null())
            .status()
            .is_err()
        {
            eprintln!(
                "nginx is not installed (Debian: nginx-light); the service itself is the measure"
            );
            return Ok(None);
        }
        let folder = folder("nginx")?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        if let Some(asset) = asset {
            fs::copy(&asset.file, folder.join("asset"))?;
        }
        let config = folder.join("nginx.conf");
        fs::write(&config, nginx_config(&folder, address, cloud))?;
        let child = Command::new("nginx")
            .arg("-p")
            .arg(&folder)
            .arg("-c")
            .arg(&config)
            .stderr(Stdio::null())
            .spawn()?;
        let running = Running { child, folder };
        let patience = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(address).is_err() {
            ensure!(Instant::now() < patience, "nginx did not start");
            thread::yield_now();
        }
        Ok(Some(Self {
            address,
            _running: running,
        }))
    }
}

/// The gateway's duties: a session's cookie becomes its token, nobody else passes, and the answer is hardened.
fn nginx_config(folder: &Path, address: SocketAddr, cloud: &Cloud) -> String {
    // nginx reads no word of more than 4 KB from its file, so it is given half the token and sends it twice.
    let (folder, half, service) = (folder.display(), "T".repeat(TOKEN / 2), cloud.address);
    let session = NGINX_COOKIE.trim_start_matches("sid=");
    format!(
        "daemon off; worker_processes 1; pid {folder}/pid; error_log /dev/null;\n\
         events {{ worker_connections 1024; }}\n\
         http {{\n\
         access_log off; sendfile on; tcp_nodelay on; keepalive_requests 1000000;\n\
         client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;\n\
         uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; map_hash_bucket_size 8192;\n\
         map $cookie_sid $half {{ default ''; {session} '{half}'; }}\n\
         upstream service {{ server {service}; keepalive 64; }}\n\
         server {{ listen {address};\n\
         add_header Content-Security-Policy \"default-src 'none'\" always;\n\
         add_header X-Content-Type-Options nosniff always;\n\
         add_header Referrer-Policy no-referrer always;\n\
         location /api/ {{ if ($half = '') {{ return 401; }}\n\
         proxy_pass http://service/v1/{PROJECT}/; proxy_http_version 1.1; proxy_set_header Connection '';\n\
         proxy_set_header Cookie ''; proxy_set_header X-Auth-Token $half$half; }}\n\
         location = /asset {{ root {folder}; default_type application/wasm; }}\n\
         }} }}\n"
    )
}
