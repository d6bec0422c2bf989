//! Short names for what the main module imports from its glue. Bindgen's names carry a hash each, which no compression takes
//! away, and they stand in both files. Only these two know them: the chunks import from the main module.

use std::collections::HashMap;

use anyhow::{Result, bail};
use walrus::Module;

/// The module with short names for what it imports from `glue`, and the glue's script with the same.
pub fn shorten(wasm: &[u8], glue: &str, script: &str) -> Result<(Vec<u8>, String)> {
    let mut module = Module::from_buffer(wasm)?;
    let mut names = HashMap::new();
    for import in module.imports.iter_mut() {
        if import.module != glue {
            continue;
        }
        let short = short_name(names.len());
        let long = std::mem::replace(&mut import.name, short.clone());
        if names.insert(long.clone(), short).is_some() {
            bail!("{long} is imported twice");
        }
    }
    let (script, met) = renamed(script, &names);
    if met != names.len() {
        bail!(
            "the glue names {met} of the {} imports of its module",
            names.len()
        );
    }
    Ok((module.emit_wasm(), script))
}

/// The script with every word that has a short name replaced, and how many of these names it has.
fn renamed(script: &str, names: &HashMap<String, String>) -> (String, usize) {
    let mut out = String::with_capacity(script.len());
    let mut met: HashMap<&str, ()> = HashMap::new();
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let mut rest = script;
    while let Some(start) = rest.find(is_word) {
        let (before, from) = rest.split_at(start);
        let (word, after) = from.split_at(from.find(|c| !is_word(c)).unwrap_or(from.len()));
        out.push_str(before);
        match names.get_key_value(word) {
            Some((long, short)) => {
                met.insert(long, ());
                out.push_str(short);
            }
            None => out.push_str(word),
        }
        rest = after;
    }
    out.push_str(rest);
    (out, met.len())
}

/// `a`, `b`, … `z`, `aa`, …: words that no script of bindgen's uses for a member.
fn short_name(mut number: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(b'a' + (number % 26) as u8);
        number /= 26;
        if number == 0 {
            break;
        }
        number -= 1;
    }
    letters
        .iter()
        .rev()
        .map(|letter| char::from(*letter))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const GLUE: &str =
        "const import0 = { __wbg_of_1: function() {}, __wbg_of_12: f, unused_3: g };";

    const FROM: &str = "./glue.js";

    fn module(names: &[&str]) -> Vec<u8> {
        let mut module = Module::default();
        let kind = module.types.add(&[], &[]);
        module.add_import_func("./loader.js", "load_all", kind);
        for name in names {
            module.add_import_func(FROM, name, kind);
        }
        module.emit_wasm()
    }

    #[test]
    fn both_files_have_the_same_short_names() {
        let (wasm, script) = shorten(&module(&["__wbg_of_12", "__wbg_of_1"]), FROM, GLUE).unwrap();
        assert_eq!(
            script,
            "const import0 = { b: function() {}, a: f, unused_3: g };"
        );
        let module = Module::from_buffer(&wasm).unwrap();
        let names: Vec<_> = module.imports.iter().map(|i| i.name.as_str()).collect();
        assert_eq!(names, ["load_all", "a", "b"]);
    }

    #[test]
    fn a_name_that_the_glue_does_not_have_stops_the_build() {
        let missing = shorten(&module(&["__wbg_gone_1"]), FROM, GLUE).unwrap_err();
        assert!(missing.to_string().contains("0 of the 1"), "{missing}");
    }

    #[test]
    fn no_short_name_comes_twice() {
        let names: HashSet<_> = (0..2000).map(short_name).collect();
        assert_eq!(names.len(), 2000);
        assert_eq!(short_name(26), "aa");
    }
}
