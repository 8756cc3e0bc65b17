namespace Mien.Training.Augmentation;

/// <summary>What can be wrong with a picture of a face.</summary>
public enum Corruption
{
    /// <summary>Levels multiplied by 0.25, 0.12, 0.06: little light.</summary>
    Darkness,

    /// <summary>Differences from the mean multiplied by 0.5, 0.25, 0.12: haze, backlight.</summary>
    LowContrast,

    /// <summary>Levels multiplied by 1.5, 2.2, 3 and clipped: too much light.</summary>
    OverExposure,

    /// <summary>Gaussian noise with a deviation of 10, 25, 50 levels.</summary>
    GaussianNoise,

    /// <summary>Poisson noise of 60, 25, 10 photons at white.</summary>
    ShotNoise,

    /// <summary>Gaussian blur with a deviation of 1, 2, 3 pixels of a face of 48.</summary>
    Blur,

    /// <summary>Mean along a line of 5, 9, 13 pixels of a face of 48, in any direction.</summary>
    MotionBlur,

    /// <summary>JPEG of quality 30, 10, 5.</summary>
    Jpeg,

    /// <summary>Shrunk to 24, 16, 12 pixels of 48 and enlarged again.</summary>
    Pixelation,

    /// <summary>A mask over mouth, chin and nose, in three sizes.</summary>
    Mask,

    /// <summary>Sunglasses, in three sizes.</summary>
    Sunglasses,

    /// <summary>A hand over a part of the face, in three sizes.</summary>
    Hand,

    /// <summary>A plain area over 30, 40, 50 % of the face from one side.</summary>
    Half,

    /// <summary>Turned by 10, 20, 30 degrees to either side.</summary>
    Rotation,

    /// <summary>Width or height multiplied by 0.85, 0.7, 0.55.</summary>
    Squeeze,
}
