//! The repository's own rules: who may import whom, what no source may contain, and that what the papers name exists.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::{Path, PathBuf};

/// What each crate may depend on of this workspace. An arrow that is missing here is in the wrong place.
const CRATES: [(&str, &[&str]); 6] = [
    ("crates/contract", &[]),
    ("crates/signing", &[]),
    ("crates/sandbox", &["contract", "signing"]),
    ("crates/gateway", &["contract", "sandbox", "signing"]),
    ("crates/xtask", &[]),
    (".", &["contract"]),
];

/// The console's modules from the inside out; one may import its own layer and those before it.
const LAYERS: [&[&str]; 4] = [
    &["api", "clock", "format", "ui"],
    &[
        "coverage", "data", "form", "layout", "query", "router", "routes", "schedule", "session",
        "table", "tags", "tasks",
    ],
    &["pages"],
    &["app", "lib", "main"],
];

/// Pairs of the same layer that must not meet: primitives know nothing of the service, and the service nothing of the screen.
const STRANGERS: [(&str, &str); 2] = [("ui", "api"), ("api", "ui")];

#[test]
fn crates_depend_inward_only() {
    let names = [
        "contract", "signing", "sandbox", "gateway", "xtask", "console",
    ];
    let mut wrong = Vec::new();
    for (folder, allowed) in CRATES {
        let manifest = read(&root().join(folder).join("Cargo.toml"));
        for name in dependencies(&manifest) {
            if names.contains(&name) && !allowed.contains(&name) {
                wrong.push(format!("{folder}/Cargo.toml depends on {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_consoles_modules_import_inward_only() {
    let src = root().join("src");
    let mut wrong = Vec::new();
    for path in sources(&src) {
        let from = module_of(&src, &path);
        let Some(layer) = layer(&from) else {
            wrong.push(format!(
                "{}: the module `{from}` has no layer; give it one here",
                shown(&path)
            ));
            continue;
        };
        for to in imports(&read(&path)) {
            let stranger = STRANGERS.contains(&(from.as_str(), to.as_str()));
            let outward = self::layer(&to).is_some_and(|other| other > layer);
            if stranger || outward {
                wrong.push(format!("{}: {from} imports {to}", shown(&path)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn text_never_becomes_markup_or_code() {
    // `style=` would be an attribute, which the content security policy refuses; `style:name=` sets a property and may stay.
    let forbidden = [
        "inner_html",
        "innerHTML",
        "insertAdjacentHTML",
        "insert_adjacent_html",
        "outer_html",
        "outerHTML",
        "document.write",
        "eval(",
        "new Function",
        "Function::new_",
        " style=\"",
    ];
    let mut wrong = Vec::new();
    for folder in ["src", "public", "crates/gateway/src"] {
        for path in files(&root().join(folder), &["rs", "js", "html"]) {
            for (at, line) in read(&path).lines().enumerate() {
                if let Some(found) = forbidden.iter().find(|word| code(line).contains(*word)) {
                    wrong.push(format!("{}:{}: {found}", shown(&path), at + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn tests_wait_for_conditions_and_never_for_time() {
    let mut wrong = Vec::new();
    for path in all_sources() {
        let text = read(&path);
        let whole = is_test_file(&path);
        let mut in_tests = whole;
        for (at, line) in text.lines().enumerate() {
            in_tests |= line.trim_start().starts_with("#[cfg(test)]");
            if in_tests && code(line).contains("sleep(") {
                wrong.push(format!("{}:{}: {}", shown(&path), at + 1, line.trim()));
            }
        }
    }
    // Waiting for a condition outside this process has to look again after a moment; that one place is the driver.
    wrong.retain(|line| {
        !line.starts_with("tests/architecture.rs") && !line.starts_with("tests/e2e/driver.rs")
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_source_says_why_it_exists() {
    let wrong: Vec<_> = all_sources()
        .into_iter()
        .filter(|path| !read(path).starts_with("//! "))
        .map(|path| shown(&path))
        .collect();
    assert!(
        wrong.is_empty(),
        "these do not open with a `//!` line:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn paths_named_in_the_papers_exist() {
    let mut papers = files(&root().join("docs"), &["md"]);
    papers.extend(["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(|name| root().join(name)));
    let mut wrong = Vec::new();
    for paper in papers.iter().filter(|paper| paper.exists()) {
        let text = read(paper);
        for path in named_paths(&text) {
            if !root().join(path).exists() {
                wrong.push(format!("{} names {path}", shown(paper)));
            }
        }
        let folder = paper.parent().unwrap_or(Path::new("."));
        for link in links(&text) {
            if !folder.join(link).exists() {
                wrong.push(format!("{} links to {link}", shown(paper)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_style_sheet_is_bundled_once() {
    let style = root().join("style");
    let mut imported = vec![style.join("main.css"), style.join("pages.css")];
    let mut at = 0;
    while at < imported.len() {
        let sheet = imported[at].clone();
        for line in read(&sheet).lines() {
            let Some(rest) = line.trim().strip_prefix("@import") else {
                continue;
            };
            let name = rest
                .split('"')
                .nth(1)
                .unwrap_or_default()
                .trim_start_matches("./");
            imported.push(sheet.parent().unwrap_or(&style).join(name));
        }
        at += 1;
    }
    let mut wrong: Vec<_> = files(&style, &["css"])
        .into_iter()
        .filter(|sheet| imported.iter().filter(|other| *other == sheet).count() != 1)
        .map(|sheet| shown(&sheet))
        .collect();
    wrong.sort();
    assert!(
        wrong.is_empty(),
        "not imported exactly once from style/main.css or style/pages.css:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn locks_name_no_mirror() {
    for name in ["package-lock.json", "bench/package-lock.json"] {
        let lock = root().join(name);
        if lock.exists() {
            assert!(
                !read(&lock).contains("\"resolved\": \"http"),
                "{name} names a registry's address"
            );
        }
    }
}

/// Dependencies come from registries by name; a package that lies in the tree is somebody else's code.
#[test]
fn no_package_lies_in_the_tree() {
    let packages = ["whl", "zip", "gz", "tgz", "tar", "jar", "so", "a", "wasm"];
    let found = files(&root(), &packages);
    assert!(found.is_empty(), "{found:?}");
}

/// The names on the left of every dependency table, whatever its target or kind.
fn dependencies(manifest: &str) -> Vec<&str> {
    let mut inside = false;
    let mut names = Vec::new();
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]") && line != "[workspace.dependencies]";
        } else if inside && let Some((name, _)) = line.split_once('=') {
            names.push(name.trim().trim_end_matches(".workspace"));
        }
    }
    names
}

/// The top module a file of `src` belongs to.
fn module_of(src: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(src).expect("listed below src");
    let first = inside
        .iter()
        .next()
        .expect("a file has a name")
        .to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

/// The top modules named behind `crate::` or, from the binary, `console::`: `crate::{api::X, ui::{A, B}}` names `api` and `ui`.
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let lines: Vec<&str> = text.lines().map(code).collect();
    let text = lines.join("\n");
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            for letter in group.chars() {
                match letter {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => found.push(first_word(&std::mem::take(&mut word))),
                    _ if depth == 0 => word.push(letter),
                    _ => {}
                }
            }
            found.push(first_word(&word));
        } else {
            found.push(first_word(rest));
        }
    }
    found.retain(|word| !word.is_empty());
    found
}

fn first_word(text: &str) -> String {
    text.trim()
        .chars()
        .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
        .collect()
}

/// A line without its comment. Good enough here: a `//` inside a string hides the rest of that line only.
fn code(line: &str) -> &str {
    match line.find("//") {
        Some(at) if !line[..at].ends_with(':') => &line[..at],
        _ => line,
    }
}

fn is_test_file(path: &Path) -> bool {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts
        .iter()
        .any(|part| part == "tests" || part == "tests.rs")
}

/// Paths in backticks that begin with a folder of ours. Those with a placeholder or a wildcard, and built ones, are no claims.
fn named_paths(text: &str) -> Vec<&str> {
    const FOLDERS: [&str; 9] = [
        "src/", "crates/", "docs/", "tests/", "style/", "public/", "bench/", ".ci/", ".cargo/",
    ];
    text.split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| FOLDERS.iter().any(|folder| word.starts_with(folder)))
        .filter(|word| !word.contains(['*', '{', '<', ' ', '…', '\n']))
        .map(|word| {
            word.split_once(':')
                .map_or(word, |(path, _)| path)
                .trim_end_matches('/')
        })
        .collect()
}

/// Relative link targets, without their fragments.
fn links(text: &str) -> Vec<&str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|target| {
            !target.contains("://") && !target.starts_with('#') && !target.contains(' ')
        })
        .map(|target| target.split('#').next().unwrap_or(target))
        .filter(|target| !target.is_empty())
        .collect()
}

fn all_sources() -> Vec<PathBuf> {
    ["src", "crates", "tests", "bench"]
        .into_iter()
        .flat_map(|folder| sources(&root().join(folder)))
        .collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    files(folder, &["rs"])
}

/// Every file below a folder with one of the extensions; what is built or downloaded is none of ours.
fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        let Ok(entries) = fs::read_dir(&at) else {
            continue;
        };
        for entry in entries {
            let path = entry.expect("a readable folder").path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if path.is_dir() {
                if name != "target" && name != "node_modules" {
                    open.push(path);
                }
            } else if extensions
                .iter()
                .any(|extension| path.extension() == Some(extension.as_ref()))
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .display()
        .to_string()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", shown(path)))
}

#[test]
fn the_rules_themselves_see_what_they_look_for() {
    assert_eq!(
        imports(
            "use crate::{api::{Call, Error}, ui::Button};\nlet a = crate::pages::x(); // crate::hidden"
        ),
        ["api", "ui", "pages"]
    );
    assert_eq!(
        dependencies(
            "[dependencies]\ncontract.workspace = true\nserde = \"1\"\n[lints]\nworkspace = true"
        ),
        ["contract", "serde"]
    );
    assert_eq!(
        named_paths("see `src/app.rs:12`, `src/pages/*` and `cargo xtask`"),
        ["src/app.rs"]
    );
    assert_eq!(
        links("[a](decisions/0001.md#why) [b](https://example.org)"),
        ["decisions/0001.md"]
    );
}
