namespace Mien.Batches;

/// <summary>How many pictures are read side by side; change it with `with`.</summary>
public sealed record BatchOptions
{
    /// <summary>The defaults.</summary>
    public static BatchOptions Default => new();

    /// <summary>Pictures decoded and searched at once; 0 for one a core.</summary>
    /// <remarks>With more than one, a recognizer of <see cref="RecognizerOptions.Threads"/> 1 is fastest: pictures, not parts of one, fill
    /// the cores.</remarks>
    public int Workers { get; set; }

    /// <summary>Faces of several pictures that go through the network together, 1 or more.</summary>
    public int Faces { get; set; } = 32;

    /// <summary>Pictures begun and not yet handed out, at most; 0 for 16 a worker. A slow reader of the results stops the work
    /// here.</summary>
    public int Ahead { get; set; }

    /// <summary>Pixels decoded at once over all workers; a picture larger than that is read alone. About 12 bytes of memory each.</summary>
    public long PixelsInFlight { get; set; } = 25_000_000;

    /// <summary>Called on a worker's thread after each batch, with its pictures and faces: for measuring.</summary>
    public Action<int, int>? Classified { get; set; }

    internal int WorkerCount => Workers > 0 ? Workers : Environment.ProcessorCount;

    internal int AheadCount => Ahead > 0 ? Ahead : 16 * WorkerCount;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Workers);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Faces);
        ArgumentOutOfRangeException.ThrowIfNegative(Ahead);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(PixelsInFlight);
    }
}
