//! The mobs of a file, each read when it is first referred to.

use super::bytes::{Bytes, MobId};
use super::known::{TOP_LEVEL, classes, pids};
use super::model::{Descriptor, Mob, MobKind};
use super::parse::Parser;
use super::store::Object;
use super::wrong::Wrong;
use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Seek};
use std::rc::Rc;

/// All mobs.
pub(super) struct Mobs<S> {
    pub(super) parser: Parser<S>,
    /// The storages, in the order of the identifiers.
    index: BTreeMap<MobId, u32>,
    read: HashMap<MobId, Rc<Mob>>,
    /// Where the audio of files is that are inside.
    essence: BTreeMap<MobId, u32>,
}

/// A composition, before its slots are read.
pub(super) struct Composition {
    pub(super) id: MobId,
    pub(super) name: String,
    pub(super) is_top: bool,
}

impl<S: Read + Seek> Mobs<S> {
    pub(super) fn new(mut parser: Parser<S>, header: &Object) -> Result<Self, Wrong> {
        let content = parser.store.strong(header, pids::CONTENT)?;
        let content = content.ok_or_else(|| Wrong::file("is damaged: it has no content"))?;
        let mut by_id = |pid, own| -> Result<BTreeMap<MobId, u32>, Wrong> {
            let mut found = BTreeMap::new();
            for (key, entry) in parser.store.keyed(&content, pid)? {
                let id = Bytes::new(&key, false).mob(0);
                let id = match id {
                    Some(id) => Some(id),
                    None => parser.store.object(entry)?.mob(own),
                };
                if let Some(id) = id {
                    found.entry(id).or_insert(entry);
                }
            }
            Ok(found)
        };
        let index = by_id(pids::MOBS, pids::MOB_ID)?;
        let essence = by_id(pids::ESSENCE_DATA, pids::ESSENCE_MOB)?;
        Ok(Self { parser, index, read: HashMap::new(), essence })
    }

    /// All compositions.
    pub(super) fn compositions(&mut self) -> Result<Vec<Composition>, Wrong> {
        let mut found = Vec::new();
        let all: Vec<(MobId, u32)> = self.index.iter().map(|(id, entry)| (*id, *entry)).collect();
        for (id, entry) in all {
            let class = self.parser.store.class_of(entry);
            if matches!(class, classes::MASTER_MOB | classes::SOURCE_MOB) {
                continue;
            }
            let object = self.parser.store.object(entry)?;
            if self.parser.store.is(&object, classes::COMPOSITION_MOB) {
                let name = object.text(pids::MOB_NAME).unwrap_or_default();
                found.push(Composition { id, name, is_top: object.auid(pids::USAGE) == Some(TOP_LEVEL) });
            }
        }
        Ok(found)
    }

    /// The mob that is known by an identifier.
    pub(super) fn get(&mut self, id: MobId) -> Result<Option<Rc<Mob>>, Wrong> {
        if let Some(mob) = self.read.get(&id) {
            return Ok(Some(Rc::clone(mob)));
        }
        let Some(&entry) = self.index.get(&id) else { return Ok(None) };
        let object = self.parser.store.object(entry)?;
        let kinds = [classes::COMPOSITION_MOB, classes::MASTER_MOB];
        let kind = match self.parser.store.kind(&object, &kinds) {
            Some(classes::COMPOSITION_MOB) => MobKind::Composition,
            Some(_) => MobKind::Master,
            None => MobKind::Source,
        };
        let mut slots = Vec::new();
        for entry in self.parser.store.collection(&object, pids::SLOTS)? {
            slots.push(self.parser.slot(entry)?);
        }
        let descriptor = match self.parser.store.strong(&object, pids::DESCRIPTOR)? {
            Some(descriptor) => Some(self.descriptor(&descriptor)?),
            None => None,
        };
        let name = object.text(pids::MOB_NAME).unwrap_or_default();
        let mob = Rc::new(Mob { name, kind, slots, descriptor });
        self.read.insert(id, Rc::clone(&mob));
        Ok(Some(mob))
    }

    /// Whether the audio of a file is inside, and where.
    pub(super) fn essence(&self, id: MobId) -> Option<u32> {
        self.essence.get(&id).copied()
    }

    fn descriptor(&mut self, object: &Object) -> Result<Descriptor, Wrong> {
        let store = &mut self.parser.store;
        let kind = store.descriptor(object);
        if kind == Some(classes::MULTIPLE_DESCRIPTOR) {
            // Of several, the one that is sound.
            let mut found = Descriptor::default();
            for entry in store.collection(object, pids::FILE_DESCRIPTORS)? {
                let inner = self.parser.store.object(entry)?;
                let kind = self.parser.store.descriptor(&inner);
                if kind.is_some_and(|kind| kind != classes::MULTIPLE_DESCRIPTOR && kind != classes::FILE_DESCRIPTOR) {
                    found = self.descriptor(&inner)?;
                    break;
                }
            }
            let own = self.locators(object)?;
            return Ok(Descriptor {
                is_file: true,
                locators: own.into_iter().chain(found.locators).collect(),
                ..found
            });
        }
        let number = |pid| object.whole(pid).and_then(|value| u32::try_from(value).ok());
        let wave = object.bytes(pids::WAVE_SUMMARY).map(|bytes| bytes.data.to_vec());
        let descriptor = Descriptor {
            is_file: kind.is_some(),
            rate: object.rate(pids::SAMPLE_RATE),
            length: object.whole(pids::SAMPLES),
            audio_rate: object.rate(pids::AUDIO_RATE),
            channels: number(pids::CHANNELS),
            bits: number(pids::QUANTISATION_BITS),
            block: number(pids::BLOCK_ALIGN),
            wave: wave.unwrap_or_default(),
            locators: Vec::new(),
        };
        Ok(Descriptor { locators: self.locators(object)?, ..descriptor })
    }

    fn locators(&mut self, object: &Object) -> Result<Vec<String>, Wrong> {
        let store = &mut self.parser.store;
        let mut found = Vec::new();
        for entry in store.collection(object, pids::LOCATORS)? {
            let locator = store.object(entry)?;
            found.extend(locator.text(pids::URL).or_else(|| locator.text(pids::TEXT_LOCATION)));
        }
        found.retain(|path| !path.trim().is_empty());
        Ok(found)
    }

    /// The identifier that a header names as the mob that matters.
    pub(super) fn primary(header: &Object) -> Option<MobId> {
        header.weak(pids::PRIMARY_MOB).and_then(|key| key.mob(0))
    }
}
