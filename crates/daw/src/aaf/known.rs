//! Identifiers of AAF that the reader knows (*AAF Object Specification* v1.1, appendices; *AAF Edit Protocol*), and those that
//! Avid's programs added. Properties below 0x8000 have the same number in every file; all others are known by name.

use super::bytes::Auid;

const fn class(number: u16) -> Auid {
    Auid::new(0x0d01_0101, 0x0101, number << 8, 0x060e_2b34_0206_0101)
}

/// Classes.
pub(super) mod classes {
    use super::{Auid, class};

    pub(in crate::aaf) const ESSENCE_GROUP: Auid = class(0x05);
    pub(in crate::aaf) const EVENT: Auid = class(0x06);
    pub(in crate::aaf) const FILLER: Auid = class(0x09);
    pub(in crate::aaf) const OPERATION_GROUP: Auid = class(0x0a);
    pub(in crate::aaf) const NESTED_SCOPE: Auid = class(0x0b);
    pub(in crate::aaf) const PULLDOWN: Auid = class(0x0c);
    pub(in crate::aaf) const SCOPE_REFERENCE: Auid = class(0x0d);
    pub(in crate::aaf) const SELECTOR: Auid = class(0x0e);
    pub(in crate::aaf) const SEQUENCE: Auid = class(0x0f);
    pub(in crate::aaf) const SOURCE_CLIP: Auid = class(0x11);
    pub(in crate::aaf) const TIMECODE: Auid = class(0x14);
    pub(in crate::aaf) const TRANSITION: Auid = class(0x17);
    pub(in crate::aaf) const FILE_DESCRIPTOR: Auid = class(0x25);
    pub(in crate::aaf) const AIFC_DESCRIPTOR: Auid = class(0x26);
    pub(in crate::aaf) const WAVE_DESCRIPTOR: Auid = class(0x2c);
    pub(in crate::aaf) const SOUND_DESCRIPTOR: Auid = class(0x42);
    pub(in crate::aaf) const MULTIPLE_DESCRIPTOR: Auid = class(0x44);
    pub(in crate::aaf) const COMPOSITION_MOB: Auid = class(0x35);
    pub(in crate::aaf) const MASTER_MOB: Auid = class(0x36);
    pub(in crate::aaf) const SOURCE_MOB: Auid = class(0x37);
    pub(in crate::aaf) const EVENT_MOB_SLOT: Auid = class(0x39);
    pub(in crate::aaf) const CONSTANT_VALUE: Auid = class(0x3d);
    pub(in crate::aaf) const VARYING_VALUE: Auid = class(0x3e);
}

/// Properties.
pub(super) mod pids {
    pub(in crate::aaf) const META_DICTIONARY: u16 = 0x0001;
    pub(in crate::aaf) const HEADER: u16 = 0x0002;
    pub(in crate::aaf) const CLASS_DEFINITIONS: u16 = 0x0003;
    pub(in crate::aaf) const META_IDENTIFICATION: u16 = 0x0005;
    pub(in crate::aaf) const META_NAME: u16 = 0x0006;
    pub(in crate::aaf) const PARENT_CLASS: u16 = 0x0008;
    pub(in crate::aaf) const PROPERTIES: u16 = 0x0009;
    pub(in crate::aaf) const LOCAL_IDENTIFICATION: u16 = 0x000d;
    pub(in crate::aaf) const OBJECT_CLASS: u16 = 0x0101;
    pub(in crate::aaf) const GENERATION: u16 = 0x0102;
    pub(in crate::aaf) const DATA_DEFINITION: u16 = 0x0201;
    pub(in crate::aaf) const LENGTH: u16 = 0x0202;
    pub(in crate::aaf) const KLV_DATA: u16 = 0x0203;
    pub(in crate::aaf) const COMPONENT_COMMENTS: u16 = 0x0204;
    pub(in crate::aaf) const COMPONENT_ATTRIBUTES: u16 = 0x0205;
    pub(in crate::aaf) const CHOICES: u16 = 0x0501;
    pub(in crate::aaf) const STILL_FRAME: u16 = 0x0502;
    pub(in crate::aaf) const POSITION: u16 = 0x0601;
    pub(in crate::aaf) const COMMENT: u16 = 0x0602;
    pub(in crate::aaf) const OPERATION: u16 = 0x0b01;
    pub(in crate::aaf) const INPUTS: u16 = 0x0b02;
    pub(in crate::aaf) const PARAMETERS: u16 = 0x0b03;
    pub(in crate::aaf) const BYPASS_OVERRIDE: u16 = 0x0b04;
    pub(in crate::aaf) const RENDERING: u16 = 0x0b05;
    pub(in crate::aaf) const SCOPE_SLOTS: u16 = 0x0c01;
    pub(in crate::aaf) const PULLDOWN_INPUT: u16 = 0x0d01;
    pub(in crate::aaf) const PULLDOWN_KIND: u16 = 0x0d02;
    pub(in crate::aaf) const PULLDOWN_DIRECTION: u16 = 0x0d03;
    pub(in crate::aaf) const PHASE_FRAME: u16 = 0x0d04;
    pub(in crate::aaf) const RELATIVE_SCOPE: u16 = 0x0e01;
    pub(in crate::aaf) const RELATIVE_SLOT: u16 = 0x0e02;
    pub(in crate::aaf) const SELECTED: u16 = 0x0f01;
    pub(in crate::aaf) const ALTERNATES: u16 = 0x0f02;
    pub(in crate::aaf) const COMPONENTS: u16 = 0x1001;
    pub(in crate::aaf) const SOURCE_ID: u16 = 0x1101;
    pub(in crate::aaf) const SOURCE_SLOT: u16 = 0x1102;
    pub(in crate::aaf) const CHANNEL_IDS: u16 = 0x1103;
    pub(in crate::aaf) const MONO_SLOTS: u16 = 0x1104;
    pub(in crate::aaf) const START_TIME: u16 = 0x1201;
    pub(in crate::aaf) const FADE_IN_LENGTH: u16 = 0x1202;
    pub(in crate::aaf) const FADE_IN_TYPE: u16 = 0x1203;
    pub(in crate::aaf) const FADE_OUT_LENGTH: u16 = 0x1204;
    pub(in crate::aaf) const FADE_OUT_TYPE: u16 = 0x1205;
    pub(in crate::aaf) const TIMECODE_START: u16 = 0x1501;
    pub(in crate::aaf) const TIMECODE_FPS: u16 = 0x1502;
    pub(in crate::aaf) const TIMECODE_DROP: u16 = 0x1503;
    pub(in crate::aaf) const TRANSITION_OPERATION: u16 = 0x1801;
    pub(in crate::aaf) const CUT_POINT: u16 = 0x1802;
    pub(in crate::aaf) const MOBS: u16 = 0x1901;
    pub(in crate::aaf) const ESSENCE_DATA: u16 = 0x1902;
    pub(in crate::aaf) const POINT_VALUE: u16 = 0x1a02;
    pub(in crate::aaf) const POINT_TIME: u16 = 0x1a03;
    pub(in crate::aaf) const DEFINITION_NAME: u16 = 0x1b02;
    pub(in crate::aaf) const IS_TIME_WARP: u16 = 0x1e02;
    pub(in crate::aaf) const OPERATION_DEFINITIONS: u16 = 0x2603;
    pub(in crate::aaf) const PARAMETER_DEFINITIONS: u16 = 0x2604;
    pub(in crate::aaf) const DATA_DEFINITIONS: u16 = 0x2605;
    pub(in crate::aaf) const ESSENCE_MOB: u16 = 0x2701;
    pub(in crate::aaf) const ESSENCE_STREAM: u16 = 0x2702;
    pub(in crate::aaf) const LOCATORS: u16 = 0x2f01;
    pub(in crate::aaf) const SAMPLE_RATE: u16 = 0x3001;
    pub(in crate::aaf) const SAMPLES: u16 = 0x3002;
    pub(in crate::aaf) const WAVE_SUMMARY: u16 = 0x3801;
    pub(in crate::aaf) const CONTENT: u16 = 0x3b03;
    pub(in crate::aaf) const DICTIONARY: u16 = 0x3b04;
    pub(in crate::aaf) const IDENTIFICATIONS: u16 = 0x3b06;
    pub(in crate::aaf) const PRIMARY_MOB: u16 = 0x3b08;
    pub(in crate::aaf) const COMPANY: u16 = 0x3c01;
    pub(in crate::aaf) const PRODUCT: u16 = 0x3c02;
    pub(in crate::aaf) const PRODUCT_VERSION: u16 = 0x3c03;
    pub(in crate::aaf) const PRODUCT_VERSION_TEXT: u16 = 0x3c04;
    pub(in crate::aaf) const QUANTISATION_BITS: u16 = 0x3d01;
    pub(in crate::aaf) const AUDIO_RATE: u16 = 0x3d03;
    pub(in crate::aaf) const CHANNELS: u16 = 0x3d07;
    pub(in crate::aaf) const BLOCK_ALIGN: u16 = 0x3d0a;
    pub(in crate::aaf) const FILE_DESCRIPTORS: u16 = 0x3f01;
    pub(in crate::aaf) const URL: u16 = 0x4001;
    pub(in crate::aaf) const TEXT_LOCATION: u16 = 0x4101;
    pub(in crate::aaf) const MOB_ID: u16 = 0x4401;
    pub(in crate::aaf) const MOB_NAME: u16 = 0x4402;
    pub(in crate::aaf) const SLOTS: u16 = 0x4403;
    pub(in crate::aaf) const USAGE: u16 = 0x4408;
    pub(in crate::aaf) const DESCRIPTOR: u16 = 0x4701;
    pub(in crate::aaf) const SLOT_ID: u16 = 0x4801;
    pub(in crate::aaf) const SLOT_NAME: u16 = 0x4802;
    pub(in crate::aaf) const SEGMENT: u16 = 0x4803;
    pub(in crate::aaf) const TRACK_NUMBER: u16 = 0x4804;
    pub(in crate::aaf) const EVENT_RATE: u16 = 0x4901;
    pub(in crate::aaf) const EDIT_RATE: u16 = 0x4b01;
    pub(in crate::aaf) const ORIGIN: u16 = 0x4b02;
    pub(in crate::aaf) const PARAMETER: u16 = 0x4c01;
    pub(in crate::aaf) const CONSTANT: u16 = 0x4d01;
    pub(in crate::aaf) const INTERPOLATION: u16 = 0x4e01;
    pub(in crate::aaf) const POINTS: u16 = 0x4e02;
    pub(in crate::aaf) const TAG_NAME: u16 = 0x5001;
    pub(in crate::aaf) const TAG_VALUE: u16 = 0x5003;
    pub(in crate::aaf) const DESCRIBED_SLOTS: u16 = 0x6102;
    pub(in crate::aaf) const MARKER_DESCRIPTION: u16 = 0x6101;
    pub(in crate::aaf) const ANNOTATION: u16 = 0x0901;
}

/// Kinds of data that slots and segments are of.
pub(super) mod data {
    use super::Auid;

    pub(in crate::aaf) const SOUND: Auid = Auid::new(0x0103_0202, 0x0200, 0x0000, 0x060e_2b34_0401_0101);
    pub(in crate::aaf) const OLD_SOUND: Auid = Auid::new(0x78e1_ebe1, 0x6cef, 0x11d2, 0x807d_0060_0814_3e6f);
    pub(in crate::aaf) const TIMECODE: Auid = Auid::new(0x0103_0201, 0x0100, 0x0000, 0x060e_2b34_0401_0101);
    pub(in crate::aaf) const OLD_TIMECODE: Auid = Auid::new(0x7f27_5e81, 0x77e5, 0x11d2, 0x807f_0060_0814_3e6f);
    pub(in crate::aaf) const PICTURE: [Auid; 3] = [
        Auid::new(0x0103_0202, 0x0100, 0x0000, 0x060e_2b34_0401_0101),
        Auid::new(0x6f3c_8ce1, 0x6cef, 0x11d2, 0x807d_0060_0814_3e6f),
        Auid::new(0x05cb_a732, 0x1daa, 0x11d3, 0x80ad_0060_0814_3e6f),
    ];
}

/// What compositions are for.
pub(super) const TOP_LEVEL: Auid = Auid::new(0x0d01_0102, 0x0101, 0x0700, 0x060e_2b34_0401_0101);

/// Operations (Edit Protocol; Avid's channel combiner).
pub(super) mod operations {
    use super::Auid;

    const fn old(one: u32, two: u16) -> Auid {
        Auid::new(one, two, 0x11d3, 0x8a38_0050_040e_f7d2)
    }

    pub(in crate::aaf) const MONO_GAIN: Auid = old(0x9d2e_a894, 0x0968);
    pub(in crate::aaf) const STEREO_GAIN: Auid = old(0x9d2e_a895, 0x0968);
    pub(in crate::aaf) const MONO_PAN: Auid = old(0x9d2e_a893, 0x0968);
    pub(in crate::aaf) const MIXDOWN: Auid = Auid::new(0x8d89_6ad0, 0x2261, 0x11d3, 0x8a4c_0050_040e_f7d2);
    pub(in crate::aaf) const MONO_DISSOLVE: Auid = Auid::new(0x0c3b_ea41, 0xfc05, 0x11d2, 0x8a29_0050_040e_f7d2);
    pub(in crate::aaf) const STEREO_DISSOLVE: Auid = Auid::new(0x0c3b_ea42, 0xfc05, 0x11d2, 0x8a29_0050_040e_f7d2);
    pub(in crate::aaf) const TWO_LEVEL_DISSOLVE: Auid = Auid::new(0x2311_bd90, 0xb5da, 0x4285, 0xaa3a_8552_8487_79b3);
    pub(in crate::aaf) const SPEED: Auid = old(0x9d2e_a890, 0x0968);
    pub(in crate::aaf) const COMBINER: Auid = Auid::new(0x6b46_dd7a, 0x132d, 0x4856, 0xab21_8b75_1d84_62ec);
}

/// Parameters of operations.
pub(super) mod parameters {
    use super::Auid;

    const fn old(one: u32) -> Auid {
        Auid::new(one, 0x2267, 0x11d3, 0x8a4c_0050_040e_f7d2)
    }

    /// Of a dissolve: 0 is what goes, 1 what comes.
    pub(in crate::aaf) const LEVEL: Auid = old(0xe496_2320);
    /// A factor.
    pub(in crate::aaf) const AMPLITUDE: Auid = old(0xe496_2321);
    /// 0 left … 1 right.
    pub(in crate::aaf) const PAN: Auid = old(0xe496_2322);
    pub(in crate::aaf) const OUTGOING: Auid = Auid::new(0x9e61_0007, 0x1be2, 0x41e1, 0xbb11_c95d_e996_4d03);
    pub(in crate::aaf) const INCOMING: Auid = Auid::new(0x48ce_a642, 0xa8f9, 0x455b, 0x82b3_86c8_14b7_97c7);
    pub(in crate::aaf) const SPEED_RATIO: Auid = Auid::new(0x7255_9a80, 0x24d7, 0x11d3, 0x8a50_0050_040e_f7d2);
    /// Media Composer's volume automation on a clip: a factor beside the amplitude.
    pub(in crate::aaf) const CLIP_RATIO: Auid = Auid::new(0x47c0_0f7d, 0xfb55, 0x11d3, 0x9ff7_0004_ac96_9f50);
    /// Of Media Composer's dissolves: 0 linear gain, 1 constant power.
    pub(in crate::aaf) const CURVE_TYPE: Auid = Auid::new(0x8134_fc48, 0x3bd6, 0x4904, 0x9520_7a63_60cc_7127);
    /// The names of effects in Avid's programs: ASCII.
    pub(in crate::aaf) const EFFECT_ID: Auid = Auid::new(0x9399_4bd6, 0xa81d, 0x11d3, 0xa05b_0060_94eb_75cb);
    /// Those that change nothing that is heard: byte order, `PanVol_IsTrimGainEffect`, the kind of panner, the time line of a
    /// transition (it runs evenly over the transition), the version of an effect.
    pub(in crate::aaf) const SILENT: [Auid; 5] = [
        Auid::new(0xc003_8672, 0xa8cf, 0x11d3, 0xa05b_0060_94eb_75cb),
        Auid::new(0x922d_458d, 0x8f22, 0x11d4, 0xa03c_0004_ac96_9f50),
        Auid::new(0xc728_88dd, 0xe6d7, 0x4dce, 0x85ce_cece_8c29_49e5),
        Auid::new(0x8ba0_916a, 0x7c0b, 0x41e4, 0xb2da_c817_048c_bf5d),
        Auid::new(0x8af7_a5dc, 0x367b, 0x4919, 0xafc7_5ca0_0a5b_d558),
    ];
}

/// How values go from one control point to the next.
pub(super) mod interpolations {
    use super::Auid;

    pub(in crate::aaf) const LINEAR: Auid = Auid::new(0x5b6c_85a4, 0x0ede, 0x11d3, 0x80a9_0060_0814_3e6f);
    pub(in crate::aaf) const CONSTANT: Auid = Auid::new(0x5b6c_85a5, 0x0ede, 0x11d3, 0x80a9_0060_0814_3e6f);
    pub(in crate::aaf) const LOG: Auid = Auid::new(0x1582_9ec3, 0x1f24, 0x458a, 0x960d_c65b_b23c_2aa1);
}

/// Kinds of values in values of any kind.
pub(super) mod types {
    use super::Auid;

    const fn old(one: u32) -> Auid {
        Auid::new(one, 0, 0, 0x060e_2b34_0104_0101)
    }

    /// Without a sign, of 1, 2, 4 and 8 bytes.
    pub(in crate::aaf) const UNSIGNED: [Auid; 4] =
        [old(0x0101_0100), old(0x0101_0200), old(0x0101_0300), old(0x0101_0400)];
    /// With a sign.
    pub(in crate::aaf) const SIGNED: [Auid; 4] =
        [old(0x0101_0500), old(0x0101_0600), old(0x0101_0700), old(0x0101_0800)];
    pub(in crate::aaf) const BOOLEAN: Auid = old(0x0104_0100);
    pub(in crate::aaf) const RATIONAL: Auid = old(0x0301_0100);
    pub(in crate::aaf) const TEXT: Auid = old(0x0110_0200);
}
