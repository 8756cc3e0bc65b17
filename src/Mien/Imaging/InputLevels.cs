namespace Mien.Imaging;

/// <summary>Which mean and deviation the gray levels of a face are normalized by.</summary>
public enum InputLevels
{
    /// <summary>Those of the training data, the same for every face.</summary>
    DataSet,

    /// <summary>Each face's own, so that brightness and contrast of the light make no difference.</summary>
    Face,
}
