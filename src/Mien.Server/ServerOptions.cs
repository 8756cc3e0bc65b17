using Mien.Batches;
using Mien.Video;

namespace Mien.Server;

/// <summary>What is served and how much of it; change it with `with`.</summary>
public sealed record ServerOptions
{
    /// <summary>The defaults.</summary>
    public static ServerOptions Default { get; } = new();

    /// <summary>Models, averaged where there are several; the default model where there is none.</summary>
    public IReadOnlyList<ModelSource> Models { get; init; } = [];

    /// <summary>How pictures are read. Pictures of more than 40 megapixels are refused unless told otherwise.</summary>
    public RecognizerOptions Recognizer { get; init; } = RecognizerOptions.Default with { Threads = 1, MaxPixels = 40_000_000 };

    /// <summary>How many pictures are read side by side.</summary>
    public BatchOptions Batch { get; init; } = BatchOptions.Default;

    /// <summary>Pictures accepted and not yet read, at most: whoever comes when it is full gets 429 at once.</summary>
    public int QueueLimit { get; init; } = 128;

    /// <summary>Size of a request's body, at most, in bytes.</summary>
    public long MaxRequestBytes { get; init; } = 32 << 20;

    /// <summary>Bytes of all bodies held at once, at most.</summary>
    public long MaxBytesInFlight { get; init; } = 256 << 20;

    /// <summary>Pictures of a request, at most.</summary>
    public int MaxPictures { get; init; } = 16;

    /// <summary>How long a request may take, upload included.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What callers must send as `X-Api-Key` or `Authorization: Bearer`, visible ASCII; null where anyone may call.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Requests a minute and client address, at most; 0 for no limit.</summary>
    public int RequestsPerMinute { get; init; }

    /// <summary>Cameras followed at once, at most.</summary>
    public int MaxStreams { get; init; } = 8;

    /// <summary>Size of a camera's frame, at most, in bytes.</summary>
    public int MaxFrameBytes { get; init; } = 4 << 20;

    /// <summary>A camera that sends nothing for so long is let go.</summary>
    public TimeSpan StreamIdle { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How a camera's faces are followed and smoothed.</summary>
    public TrackerOptions Tracker { get; init; } = TrackerOptions.Default;

    /// <summary>In live pictures faces smaller than this share of the longer side are left out, 0..1: speed counts there.</summary>
    public float SmallestLiveFace { get; init; } = 0.1f;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(QueueLimit);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxRequestBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBytesInFlight, MaxRequestBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxPictures);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxPictures, QueueLimit);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RequestTimeout, TimeSpan.Zero);
        if (ApiKey is not null && (ApiKey.Length == 0 || ApiKey.Any(letter => letter is <= ' ' or > '~')))
            throw new MienException("The API key has blanks or letters that an HTTP header can't carry. Take ASCII letters, digits and "
                + "signs.");
        ArgumentOutOfRangeException.ThrowIfNegative(RequestsPerMinute);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxStreams);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxFrameBytes);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(StreamIdle, TimeSpan.Zero);
    }
}
