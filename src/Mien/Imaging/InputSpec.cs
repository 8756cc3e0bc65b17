namespace Mien.Imaging;

/// <summary>What a network expects: a square gray picture whose levels are normalized as <see cref="Levels"/> says.</summary>
/// <param name="Size">Side in pixels; the tensor is [N,1,Size,Size].</param>
/// <param name="Mean">Mean gray level of the training pixels, in 0..1.</param>
/// <param name="Deviation">Standard deviation of the training pixels, in 0..1, above 0.</param>
/// <param name="Levels">Whether a pixel becomes (v / 255 - Mean) / Deviation, or is normalized by its own face's mean and
/// deviation.</param>
public readonly record struct InputSpec(int Size, float Mean, float Deviation, InputLevels Levels = InputLevels.DataSet)
{
    /// <summary>FER2013 as it is: 48x48, with the mean and deviation of its Training split.</summary>
    public static InputSpec Fer2013 { get; } = new(48, 0.5077f, 0.2550f);
}
