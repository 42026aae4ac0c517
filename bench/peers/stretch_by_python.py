"""`LIBRARY IN OUT SPEED [IN OUT SPEED…]`: WAV files through a Python library that stretches time, as its examples use it."""

import sys

import soundfile


def signalsmith(sound, rate, speed):
    from python_stretch import Signalsmith
    stretch = Signalsmith.Stretch()
    stretch.preset(sound.shape[0], rate)
    stretch.timeFactor = speed
    return stretch.process(sound)


def bungee(sound, rate, speed):
    from bungee_python import bungee
    return bungee.Bungee(sample_rate=rate, channels=sound.shape[0], speed=speed).process(sound.T.copy()).T


def librosa(sound, rate, speed):
    import librosa
    return librosa.effects.time_stretch(sound, rate=speed)


def main():
    library, *jobs = sys.argv[1:]
    stretch = {'signalsmith': signalsmith, 'bungee': bungee, 'librosa': librosa}[library]
    for source, target, speed in zip(jobs[::3], jobs[1::3], jobs[2::3]):
        sound, rate = soundfile.read(source, dtype='float32', always_2d=True)
        soundfile.write(target, stretch(sound.T.copy(), rate, float(speed)).T, rate, subtype='FLOAT')


if __name__ == '__main__':
    main()
