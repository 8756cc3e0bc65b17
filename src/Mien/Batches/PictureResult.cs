namespace Mien.Batches;

/// <summary>What became of one of many pictures.</summary>
/// <param name="Source">What it was read from, as it was given.</param>
/// <param name="Width">Of the upright picture in pixels; 0 where it failed.</param>
/// <param name="Height">Likewise.</param>
/// <param name="Faces">Its faces, from the most certain down; null where it failed.</param>
/// <param name="Error">What went wrong, naming the picture; null where nothing did.</param>
/// <typeparam name="T">A file's path, or what the caller reads pictures from.</typeparam>
public sealed record PictureResult<T>(T Source, int Width, int Height, IReadOnlyList<Face>? Faces, string? Error)
{
    /// <summary>What was thrown, with its type and where it comes from; null where nothing went wrong.</summary>
    /// <remarks>
    /// <see cref="MachineFaults.CureOf"/> tells a fault of the machine, such as too little memory, from one of the picture.
    /// An <see cref="OperationCanceledException"/> that a callback threw of its own accord is such an error too.
    /// </remarks>
    public Exception? Exception { get; init; }
}
