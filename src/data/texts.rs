//! Many short texts in one block of memory, and a dictionary of the ones that repeat.

use std::collections::HashMap;

use memchr::memmem;

use super::bits::Bits;

/// Ends every text; never part of one, so that a search cannot match across two.
const END: u8 = b'\n';

/// Texts one behind the other, addressed by number.
#[derive(Default)]
pub struct Texts {
    bytes: String,
    /// Where each text ends (before its [`END`]).
    ends: Vec<u32>,
}

impl Texts {
    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Appends a text; line ends in it become blanks. Text beyond 4 GiB in all is dropped.
    pub fn push(&mut self, text: &str) {
        if self.bytes.len() + text.len() < u32::MAX as usize {
            if text.as_bytes().contains(&END) {
                self.bytes.push_str(&text.replace('\n', " "));
            } else {
                self.bytes.push_str(text);
            }
        }
        self.ends.push(self.bytes.len() as u32);
        self.bytes.push(char::from(END));
    }

    fn start(&self, index: usize) -> usize {
        if index == 0 {
            0
        } else {
            self.ends[index - 1] as usize + 1
        }
    }

    /// The text with this number; empty when there is none.
    pub fn get(&self, index: usize) -> &str {
        match self.ends.get(index) {
            Some(end) => &self.bytes[self.start(index)..*end as usize],
            None => "",
        }
    }

    /// Sets the bit of every text that contains `needle`.
    pub fn search(&self, needle: &str, hits: &mut Bits) {
        if needle.is_empty() || needle.as_bytes().contains(&END) {
            return;
        }
        let finder = memmem::Finder::new(needle.as_bytes());
        let bytes = self.bytes.as_bytes();
        let mut from = 0;
        let mut index = 0;
        while let Some(at) = finder.find(&bytes[from..]) {
            let at = (from + at) as u32;
            index += self.ends[index..].partition_point(|end| *end < at);
            hits.set(index);
            from = self.ends[index] as usize + 1;
            index += 1;
        }
    }

    /// Makes room for more texts of `average` bytes.
    pub fn reserve(&mut self, texts: usize, average: usize) {
        self.bytes.reserve_exact(texts * (average + 1));
        self.ends.reserve_exact(texts);
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * 4
    }
}

/// A quick, well-mixed hash of a text (FNV-1a, then a finaliser).
pub fn hash(text: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash ^ (hash >> 31)
}

/// Finds the number of a text by its hash; the caller says whether a candidate is the one.
///
/// Texts of one hash stand at neighbouring keys, so nothing but numbers is kept.
#[derive(Default)]
pub struct Numbers {
    by_hash: HashMap<u64, u32>,
}

impl Numbers {
    /// The number of a text.
    pub fn find(&self, text: &str, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let mut key = hash(text);
        loop {
            match self.by_hash.get(&key) {
                None => return None,
                Some(number) if is_it(*number) => return Some(*number),
                Some(_) => key = key.wrapping_add(1),
            }
        }
    }

    /// Notes the number of a text that is not there yet.
    pub fn insert(&mut self, text: &str, number: u32) {
        let mut key = hash(text);
        while self.by_hash.contains_key(&key) {
            key = key.wrapping_add(1);
        }
        self.by_hash.insert(key, number);
    }

    /// Gives a text that is already there another number.
    pub fn renumber(&mut self, text: &str, old: u32, new: u32) {
        let mut key = hash(text);
        while let Some(number) = self.by_hash.get_mut(&key) {
            if *number == old {
                *number = new;
                return;
            }
            key = key.wrapping_add(1);
        }
    }

    /// Makes room for more.
    pub fn reserve(&mut self, more: usize) {
        self.by_hash.reserve(more);
    }

    /// Bytes of memory held (buckets of key, number and a control byte).
    pub fn memory(&self) -> usize {
        self.by_hash.capacity() * 8 / 7 * 17
    }
}

/// Texts that repeat: each is kept once and stands for a code.
pub struct Dictionary {
    texts: Texts,
    lower: Texts,
    numbers: Numbers,
}

impl Default for Dictionary {
    fn default() -> Self {
        let mut dictionary = Self {
            texts: Texts::default(),
            lower: Texts::default(),
            numbers: Numbers::default(),
        };
        dictionary.code("");
        dictionary
    }
}

impl Dictionary {
    /// The code of the empty text.
    pub const EMPTY: u32 = 0;

    /// The code of a text; a new one gets the next code.
    pub fn code(&mut self, text: &str) -> u32 {
        if let Some(code) = self.find(text) {
            return code;
        }
        let code = self.texts.len() as u32;
        self.texts.push(text);
        self.lower.push(&text.to_lowercase());
        self.numbers.insert(text, code);
        code
    }

    /// The code of a text, if it has been seen.
    pub fn find(&self, text: &str) -> Option<u32> {
        self.numbers
            .find(text, |code| self.texts.get(code as usize) == text)
    }

    /// The text of a code.
    pub fn text(&self, code: u32) -> &str {
        self.texts.get(code as usize)
    }

    /// How many codes there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is none but the empty text.
    pub fn is_empty(&self) -> bool {
        self.texts.len() <= 1
    }

    /// The codes whose text contains `needle` (lower case).
    pub fn search(&self, needle: &str) -> Bits {
        let mut hits = Bits::new(self.len());
        self.lower.search(needle, &mut hits);
        hits
    }

    /// The codes whose text equals one of `wanted`, whatever the case.
    pub fn equal_to<'a>(&self, wanted: impl Iterator<Item = &'a str>) -> Bits {
        let mut hits = Bits::new(self.len());
        for text in wanted {
            let text = text.to_lowercase();
            for code in 0..self.len() {
                if self.lower.get(code) == text {
                    hits.set(code);
                }
            }
        }
        hits
    }

    /// The place of every code in alphabetical order.
    pub fn ranks(&self) -> Vec<u32> {
        let mut codes: Vec<u32> = (0..self.len() as u32).collect();
        codes.sort_by(|a, b| self.lower.get(*a as usize).cmp(self.lower.get(*b as usize)));
        let mut ranks = vec![0; codes.len()];
        for (rank, code) in codes.into_iter().enumerate() {
            ranks[code as usize] = rank as u32;
        }
        ranks
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        self.texts.memory() + self.lower.memory() + self.numbers.memory()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(texts: &Texts, needle: &str) -> Vec<usize> {
        let mut bits = Bits::new(texts.len());
        texts.search(needle, &mut bits);
        bits.iter().collect()
    }

    #[test]
    fn a_search_finds_every_text_once_and_none_across_two() {
        let mut texts = Texts::default();
        for text in ["web-01", "", "web web", "db", "a\nb"] {
            texts.push(text);
        }
        assert_eq!(hits(&texts, "web"), [0, 2]);
        assert_eq!(hits(&texts, "b"), [0, 2, 3, 4]);
        assert_eq!(hits(&texts, "01\n"), [] as [usize; 0]);
        assert_eq!(hits(&texts, "1web"), [] as [usize; 0]);
        assert_eq!(hits(&texts, "a b"), [4]);
        assert_eq!(texts.get(1), "");
        assert_eq!(texts.get(99), "");
    }

    #[test]
    fn codes_are_given_once() {
        let mut words = Dictionary::default();
        let web = words.code("Web");
        assert_eq!(words.code("Web"), web);
        assert_ne!(words.code("web"), web);
        assert_eq!(words.code(""), Dictionary::EMPTY);
        assert_eq!(words.text(web), "Web");
        assert_eq!(words.find("nothing"), None);
        assert_eq!(words.equal_to(["WEB"].into_iter()).iter().count(), 2);
    }

    proptest::proptest! {
        #[test]
        fn a_search_agrees_with_contains(
            texts in proptest::collection::vec("[ab\\n]{0,6}", 0..20),
            needle in "[ab]{1,3}",
        ) {
            let mut block = Texts::default();
            for text in &texts {
                block.push(text);
            }
            let expected: Vec<usize> =
                (0..texts.len()).filter(|index| texts[*index].contains(&needle)).collect();
            proptest::prop_assert_eq!(hits(&block, &needle), expected);
        }
    }
}
