//! Objects in a compound file (*AAF Stored Format Specification* v1.0.1): each is a storage with a stream of its properties; other
//! objects are storages in it, alone or in collections with an index.

use super::bytes::{Auid, Bytes, MobId};
use super::compound::{Compound, Stream};
use super::known::{classes, pids, types};
use super::times::Rate;
use super::wrong::Wrong;
use std::collections::HashMap;
use std::io::{Read, Seek};

/// How properties are stored.
mod forms {
    pub(super) const STREAM: u16 = 0x42;
    pub(super) const STRONG: u16 = 0x22;
    pub(super) const STRONG_VECTOR: u16 = 0x32;
    pub(super) const STRONG_SET: u16 = 0x3a;
}
/// The orders of bytes that a stream of properties begins with.
const LITTLE: u8 = 0x4c;
const BIG: u8 = 0x42;
/// Each object is read once, and some again for what they hold; whoever reads more refers to some again and again.
const MOST_READINGS: u64 = 8;
/// No class stands deeper below that of all objects.
const DEEPEST_CLASS: usize = 64;

/// A value that says of which kind it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Whole(i64),
    Ratio(i32, i32),
    Text(String),
    /// Of a kind that only its maker knows.
    Other(Vec<u8>),
}

impl Value {
    /// As a number, if it is one.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Whole(value) => Some(*value as f64),
            Self::Ratio(_, 0) => None,
            Self::Ratio(over, under) => Some(f64::from(*over) / f64::from(*under)),
            Self::Text(_) | Self::Other(_) => None,
        }
    }
}

/// An object: its class, and its properties as they are stored.
#[derive(Debug)]
pub(super) struct Object {
    /// Its storage.
    pub(super) entry: u32,
    pub(super) class: Auid,
    big: bool,
    /// Number, form and place in `data`.
    properties: Vec<(u16, u16, std::ops::Range<usize>)>,
    data: Vec<u8>,
}

impl Object {
    fn raw(&self, pid: u16) -> Option<(u16, Bytes<'_>)> {
        let (_, form, place) = self.properties.iter().find(|(own, ..)| *own == pid)?;
        Some((*form, Bytes::new(&self.data[place.clone()], self.big)))
    }

    pub(super) fn bytes(&self, pid: u16) -> Option<Bytes<'_>> {
        self.raw(pid).map(|(_, bytes)| bytes)
    }

    /// The numbers of its properties.
    pub(super) fn pids(&self) -> impl Iterator<Item = u16> + '_ {
        self.properties.iter().map(|(pid, ..)| *pid)
    }

    /// A whole number; those of less than eight bytes have no sign.
    pub(super) fn whole(&self, pid: u16) -> Option<i64> {
        let bytes = self.bytes(pid)?;
        bytes.whole(0, bytes.data.len().min(8)).map(u64::cast_signed)
    }

    pub(super) fn yes(&self, pid: u16) -> bool {
        self.whole(pid).is_some_and(|value| value != 0)
    }

    pub(super) fn text(&self, pid: u16) -> Option<String> {
        self.bytes(pid).map(Bytes::text)
    }

    pub(super) fn auid(&self, pid: u16) -> Option<Auid> {
        self.bytes(pid)?.auid(0)
    }

    pub(super) fn mob(&self, pid: u16) -> Option<MobId> {
        self.bytes(pid)?.mob(0)
    }

    /// A fraction of two numbers.
    pub(super) fn ratio(&self, pid: u16) -> Option<(i32, i32)> {
        let bytes = self.bytes(pid)?;
        Some((bytes.i32(0)?, bytes.i32(4)?))
    }

    /// A fraction that is a rate.
    pub(super) fn rate(&self, pid: u16) -> Option<Rate> {
        let (over, under) = self.ratio(pid)?;
        Rate::new(over.into(), under.into())
    }

    /// Whom a weak reference means: it holds a number of a path, that of a property, and that property's value.
    pub(super) fn weak(&self, pid: u16) -> Option<Bytes<'_>> {
        let bytes = self.bytes(pid)?;
        (bytes.data.len() > 5).then(|| bytes.from(5))
    }

    /// A value that says of which kind it is (`TypeDefinitionIndirect`).
    pub(super) fn value(&self, pid: u16) -> Option<Value> {
        let bytes = self.bytes(pid)?;
        let inside = Bytes::new(bytes.data, bytes.data.first() == Some(&BIG));
        let kind = inside.auid(1)?;
        let value = inside.from(17);
        let place = |kinds: [Auid; 4]| kinds.iter().position(|own| *own == kind).map(|power| 1usize << power);
        if let Some(size) = place(types::UNSIGNED) {
            return value.whole(0, size).and_then(|whole| i64::try_from(whole).ok()).map(Value::Whole);
        }
        if let Some(size) = place(types::SIGNED) {
            let unused = 64 - 8 * size as u32;
            return value.whole(0, size).map(|whole| Value::Whole((whole << unused).cast_signed() >> unused));
        }
        Some(match kind {
            types::BOOLEAN => Value::Whole(value.whole(0, 1)?.cast_signed()),
            types::RATIONAL => Value::Ratio(value.i32(0)?, value.i32(4)?),
            types::TEXT => Value::Text(value.text()),
            _ => Value::Other(value.data.to_vec()),
        })
    }
}

/// All objects of a file.
pub(super) struct Store<S> {
    file: Compound<S>,
    /// The class that each is a kind of.
    parents: HashMap<Auid, Auid>,
    /// The names of properties.
    names: HashMap<u16, String>,
    /// How many objects were read.
    read: u64,
}

impl<S: Read + Seek> Store<S> {
    /// Opens a file and reads which classes and properties it has.
    pub(super) fn open(source: S) -> Result<(Self, Object), Wrong> {
        let mut store = Self { file: Compound::open(source)?, parents: HashMap::new(), names: HashMap::new(), read: 0 };
        let is_no_aaf = || Wrong::file("is no AAF file: it is a compound file of another program");
        store.file.child(store.file.root(), "properties").ok_or_else(is_no_aaf)?;
        let root = store.object(store.file.root())?;
        if let Some(meta) = store.strong(&root, pids::META_DICTIONARY)? {
            for entry in store.collection(&meta, pids::CLASS_DEFINITIONS)? {
                let class = store.object(entry)?;
                let parent = class.weak(pids::PARENT_CLASS).and_then(|key| key.auid(0));
                if let (Some(own), Some(parent)) = (class.auid(pids::META_IDENTIFICATION), parent) {
                    store.parents.insert(own, parent);
                }
                for entry in store.collection(&class, pids::PROPERTIES)? {
                    let property = store.object(entry)?;
                    let pid = property.whole(pids::LOCAL_IDENTIFICATION).and_then(|pid| u16::try_from(pid).ok());
                    if let (Some(pid), Some(name)) = (pid, property.text(pids::META_NAME)) {
                        store.names.insert(pid, name);
                    }
                }
            }
        }
        let header = store.strong(&root, pids::HEADER)?;
        let header = header.ok_or_else(|| Wrong::file("is no AAF file: it has no header"))?;
        Ok((store, header))
    }

    /// The object in a storage.
    pub(super) fn object(&mut self, entry: u32) -> Result<Object, Wrong> {
        self.read += 1;
        if self.read > MOST_READINGS * self.file.entries() {
            return Err(Wrong::file("refers to the same objects without end: it is damaged"));
        }
        let damaged = || Wrong::file("is damaged: the properties of an object cannot be read");
        let stream = self.file.child(entry, "properties").ok_or_else(damaged)?;
        let data = self.file.read(stream)?;
        let big = match data.first() {
            Some(&LITTLE) => false,
            Some(&BIG) => true,
            _ => return Err(damaged()),
        };
        let at = Bytes::new(&data, big);
        let count = usize::from(at.u16(2).ok_or_else(damaged)?);
        let mut place = 4 + 6 * count;
        let mut properties = Vec::with_capacity(count);
        for index in 0..count {
            let word = |part: usize| at.u16(4 + 6 * index + 2 * part).ok_or_else(damaged);
            let (pid, form, size) = (word(0)?, word(1)?, usize::from(word(2)?));
            if place + size > data.len() {
                return Err(damaged());
            }
            properties.push((pid, form, place..place + size));
            place += size;
        }
        Ok(Object { entry, class: self.file.entry(entry).class, big, properties, data })
    }

    /// The object that a property holds.
    pub(super) fn strong(&mut self, object: &Object, pid: u16) -> Result<Option<Object>, Wrong> {
        match object.raw(pid) {
            Some((forms::STRONG, name)) => {
                let entry = self.inside(object.entry, &name.text())?;
                self.object(entry).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn inside(&self, storage: u32, name: &str) -> Result<u32, Wrong> {
        let missing = || Wrong::file(format!("is damaged: it has no {name:?}, which it refers to"));
        self.file.child(storage, name).ok_or_else(missing)
    }

    /// The storages of the objects that a property holds, one or many.
    pub(super) fn collection(&mut self, object: &Object, pid: u16) -> Result<Vec<u32>, Wrong> {
        Ok(self.keyed(object, pid)?.into_iter().map(|(_, entry)| entry).collect())
    }

    /// The same with what each is known by in a set: the property that no two have in common.
    pub(super) fn keyed(&mut self, object: &Object, pid: u16) -> Result<Vec<(Vec<u8>, u32)>, Wrong> {
        let (form, name) = match object.raw(pid) {
            Some((forms::STRONG, name)) => {
                return Ok(vec![(Vec::new(), self.inside(object.entry, &name.text())?)]);
            }
            Some((form @ (forms::STRONG_VECTOR | forms::STRONG_SET), name)) => (form, name.text()),
            _ => return Ok(Vec::new()),
        };
        let index = self.inside(object.entry, &format!("{name} index"))?;
        let index = self.file.read(index)?;
        let at = Bytes::new(&index, object.big);
        let damaged = || Wrong::file(format!("is damaged: the index of {name:?} cannot be read"));
        let count = at.u32(0).ok_or_else(damaged)? as usize;
        // Behind the count stand two numbers for writers; in sets, also the property and the size of the keys.
        let is_set = form == forms::STRONG_SET;
        let key_size = if is_set { usize::from(*index.get(14).ok_or_else(damaged)?) } else { 0 };
        let (start, step) = if is_set { (15, 8 + key_size) } else { (12, 4) };
        if count.checked_mul(step).is_none_or(|size| start + size > index.len()) {
            return Err(damaged());
        }
        let mut entries = Vec::with_capacity(count);
        for place in (start..).step_by(step).take(count) {
            let number = at.u32(place).ok_or_else(damaged)?;
            let key = if is_set { index[place + 8..place + step].to_vec() } else { Vec::new() };
            entries.push((key, self.inside(object.entry, &format!("{name}{{{number:x}}}"))?));
        }
        Ok(entries)
    }

    /// The stream that a property means.
    pub(super) fn stream(&mut self, object: &Object, pid: u16) -> Result<Option<Stream<'_, S>>, Wrong> {
        match object.raw(pid) {
            Some((forms::STREAM, name)) => {
                // An order of bytes comes first.
                let entry =
                    self.inside(object.entry, &Bytes::new(name.data.get(1..).unwrap_or_default(), name.big).text())?;
                self.file.stream(entry).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// How long the file is.
    pub(super) fn length(&self) -> u64 {
        self.file.length()
    }

    /// Whether an object is of a class or of one made from it.
    pub(super) fn is(&self, object: &Object, class: Auid) -> bool {
        self.kind(object, &[class]).is_some()
    }

    /// The first of some classes that an object is of, itself or by the classes that its own is made from.
    pub(super) fn kind(&self, object: &Object, wanted: &[Auid]) -> Option<Auid> {
        let mut class = object.class;
        for _ in 0..DEEPEST_CLASS {
            if wanted.contains(&class) {
                return Some(class);
            }
            class = *self.parents.get(&class)?;
        }
        None
    }

    /// The class of an object in the storage, unread.
    pub(super) fn class_of(&self, entry: u32) -> Auid {
        self.file.entry(entry).class
    }

    /// What a property is called.
    pub(super) fn name(&self, pid: u16) -> String {
        self.names.get(&pid).cloned().unwrap_or_else(|| format!("property {pid:#06x}"))
    }

    /// The number of the property with one of these names.
    pub(super) fn pid(&self, names: &[&str]) -> Option<u16> {
        let known = |name: &String| names.iter().any(|own| own.eq_ignore_ascii_case(name));
        self.names.iter().filter(|(_, name)| known(name)).map(|(pid, _)| *pid).min()
    }

    /// A descriptor's kind among those that mean sound in a file.
    pub(super) fn descriptor(&self, object: &Object) -> Option<Auid> {
        use classes::{AIFC_DESCRIPTOR, FILE_DESCRIPTOR, MULTIPLE_DESCRIPTOR, SOUND_DESCRIPTOR, WAVE_DESCRIPTOR};
        let kinds = [SOUND_DESCRIPTOR, WAVE_DESCRIPTOR, AIFC_DESCRIPTOR, MULTIPLE_DESCRIPTOR, FILE_DESCRIPTOR];
        self.kind(object, &kinds)
    }
}
