//! A set of row numbers as bits: what filters and selections are computed with.

/// One bit per row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    /// `len` bits, none set.
    pub fn new(len: usize) -> Self {
        Self {
            words: vec![0; len.div_ceil(64)],
            len,
        }
    }

    /// `len` bits, all set.
    pub fn full(len: usize) -> Self {
        let mut bits = Self {
            words: vec![u64::MAX; len.div_ceil(64)],
            len,
        };
        if let (Some(last), 1..) = (bits.words.last_mut(), len % 64) {
            *last = (1 << (len % 64)) - 1;
        }
        bits
    }

    /// How many bits there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no bits at all.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a bit at the end.
    pub fn push(&mut self, value: bool) {
        if self.len.is_multiple_of(64) {
            self.words.push(0);
        }
        self.len += 1;
        if value {
            self.set(self.len - 1);
        }
    }

    /// Sets a bit; one beyond the end is ignored.
    pub fn set(&mut self, index: usize) {
        if index < self.len {
            self.words[index / 64] |= 1 << (index % 64);
        }
    }

    /// Clears a bit.
    pub fn clear(&mut self, index: usize) {
        if index < self.len {
            self.words[index / 64] &= !(1 << (index % 64));
        }
    }

    /// Whether a bit is set; one beyond the end is not.
    pub fn get(&self, index: usize) -> bool {
        index < self.len && self.words[index / 64] >> (index % 64) & 1 == 1
    }

    /// How many bits are set.
    pub fn count(&self) -> usize {
        self.words
            .iter()
            .map(|word| word.count_ones() as usize)
            .sum()
    }

    /// Keeps the bits that are also set in `other`.
    pub fn and(&mut self, other: &Self) {
        for (index, word) in self.words.iter_mut().enumerate() {
            *word &= other.words.get(index).copied().unwrap_or(0);
        }
    }

    /// Adds the bits that are set in `other` (as far as they fit).
    pub fn or(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
    }

    /// Clears the bits that are set in `other`.
    pub fn and_not(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= !other;
        }
    }

    /// Keeps the bits for which `keep` says so.
    pub fn keep(&mut self, mut keep: impl FnMut(usize) -> bool) {
        for (at, word) in self.words.iter_mut().enumerate() {
            let mut left = *word;
            while left != 0 {
                let bit = left.trailing_zeros();
                left &= left - 1;
                if !keep(at * 64 + bit as usize) {
                    *word &= !(1 << bit);
                }
            }
        }
    }

    /// The numbers of the set bits, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                (left != 0).then(|| {
                    let bit = left.trailing_zeros() as usize;
                    left &= left - 1;
                    at * 64 + bit
                })
            })
        })
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        self.words.capacity() * 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn bits_agree_with_a_list_of_flags(
            a in proptest::collection::vec(proptest::bool::ANY, 0..200),
            b in proptest::collection::vec(proptest::bool::ANY, 0..200),
        ) {
            let make = |flags: &[bool]| {
                let mut bits = Bits::default();
                flags.iter().for_each(|flag| bits.push(*flag));
                bits
            };
            let (first, second) = (make(&a), make(&b));
            let list = |keep: &dyn Fn(usize) -> bool| (0..a.len()).filter(|i| keep(*i)).collect::<Vec<_>>();
            let at = |flags: &[bool], i: usize| flags.get(i).copied().unwrap_or(false);
            let mut both = first.clone();
            both.and(&second);
            proptest::prop_assert_eq!(both.iter().collect::<Vec<_>>(), list(&|i| a[i] && at(&b, i)));
            let mut without = first.clone();
            without.and_not(&second);
            proptest::prop_assert_eq!(without.iter().collect::<Vec<_>>(), list(&|i| a[i] && !at(&b, i)));
            let mut even = first.clone();
            even.keep(|i| i % 2 == 0);
            proptest::prop_assert_eq!(even.iter().collect::<Vec<_>>(), list(&|i| a[i] && i % 2 == 0));
            proptest::prop_assert_eq!(Bits::full(a.len()).count(), a.len());
            proptest::prop_assert_eq!(first.count(), a.iter().filter(|flag| **flag).count());
        }
    }
}
