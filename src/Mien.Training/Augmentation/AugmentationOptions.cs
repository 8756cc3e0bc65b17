using Mien.Training.Runs;

namespace Mien.Training.Augmentation;

/// <summary>How far each face is changed at random before it is learned from.</summary>
public sealed record AugmentationOptions
{
    /// <summary>The default recipe's.</summary>
    public static AugmentationOptions Default { get; } = new();

    /// <summary>Nothing changes: faces are learned as they are.</summary>
    public static AugmentationOptions None { get; } = new()
    {
        Flip = false,
        Affine = 0,
        Rotation = 0,
        MinWindow = 1,
        MaxWindow = 1,
        Shift = 0,
        Erasing = 0,
        Contrast = 0,
        Brightness = 0,
        Blur = 0,
        SmallSize = 0,
    };

    /// <summary>Mirrors half of the faces.</summary>
    public bool Flip { get; init; } = true;

    /// <summary>Mirrors each face in every other epoch, rather than half of them by chance (Jordan 2024).</summary>
    public bool AlternateFlip { get; init; }

    /// <summary>Share of faces that are rotated, zoomed and shifted, 0..1; the others are only shifted by whole pixels, which keeps them
    /// sharp.</summary>
    public double Affine { get; init; } = 0.8;

    /// <summary>Largest rotation to either side, degrees.</summary>
    public double Rotation { get; init; } = 10;

    /// <summary>Smallest window that is cut out, as a share of the face's side.</summary>
    public double MinWindow { get; init; } = 0.85;

    /// <summary>Largest window that is cut out, as a share of the face's side; above 1 the border repeats.</summary>
    public double MaxWindow { get; init; } = 1.1;

    /// <summary>Largest shift of the window to each side, as a share of the face's side.</summary>
    public double Shift { get; init; } = 0.08;

    /// <summary>Share of faces of which a rectangle is blanked (random erasing, Zhong et al. 2017, arXiv:1708.04896).</summary>
    public double Erasing { get; init; }

    /// <summary>Contrast is multiplied by 1 - this .. 1 + this.</summary>
    public double Contrast { get; init; } = 0.1;

    /// <summary>Brightness is moved by at most this many standard deviations.</summary>
    public double Brightness { get; init; } = 0.1;

    /// <summary>Share of faces that are blurred or sharpened, 0..1: photos are seldom as sharp as FER2013's crops.</summary>
    public double Blur { get; init; } = 0.15;

    /// <summary>Share of faces that are spoiled by one or two of <see cref="Corruptions"/>, 0..1.</summary>
    public double Corruption { get; init; }

    /// <summary>Share of batches whose faces are blended with each other, 0..1 (mixup, Zhang et al. 2018, with Beta(0.2,0.2)).</summary>
    public double MixUp { get; init; }

    /// <summary>Share of batches whose faces are pasted into each other, 0..1 (CutMix, Yun et al. 2019).</summary>
    public double CutMix { get; init; }

    /// <summary>Side of the faces in the first part of the epochs; 0 for full size throughout (progressive resizing, Howard
    /// 2018).</summary>
    public int SmallSize { get; init; } = 40;

    /// <summary>Share of the epochs that learn from the small size, 0..1.</summary>
    public double SmallShare { get; init; } = 0.6;

    internal void Validate()
    {
        TrainingOptions.Require(Affine is >= 0 and <= 1, "augmentation.affine", Affine, "0 to 1");
        TrainingOptions.Require(Rotation is >= 0 and <= 180, "augmentation.rotation", Rotation, "0 to 180");
        TrainingOptions.Require(MinWindow > 0 && MinWindow <= MaxWindow, "augmentation.minWindow", MinWindow, "above 0, at most maxWindow");
        TrainingOptions.Require(Shift is >= 0 and < 1, "augmentation.shift", Shift, "0 up to 1");
        TrainingOptions.Require(Erasing is >= 0 and <= 1, "augmentation.erasing", Erasing, "0 to 1");
        TrainingOptions.Require(Contrast is >= 0 and < 1, "augmentation.contrast", Contrast, "0 up to 1");
        TrainingOptions.Require(Brightness >= 0, "augmentation.brightness", Brightness, "0 or more");
        TrainingOptions.Require(Blur is >= 0 and <= 1, "augmentation.blur", Blur, "0 to 1");
        TrainingOptions.Require(Corruption is >= 0 and <= 1, "augmentation.corruption", Corruption, "0 to 1");
        TrainingOptions.Require(MixUp >= 0 && CutMix >= 0 && MixUp + CutMix <= 1, "augmentation.mixUp and cutMix "
            + "together", MixUp + CutMix, "0 to 1");
        TrainingOptions.Require(SmallSize == 0 || SmallSize >= 16, "augmentation.smallSize", SmallSize, "0, or 16 or more");
        TrainingOptions.Require(SmallShare is >= 0 and <= 1, "augmentation.smallShare", SmallShare, "0 to 1");
    }
}
