namespace Mien.Server.Safety;

/// <summary>A request that is not done, with what the caller is told.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="title">What is wrong, in a few words.</param>
/// <param name="detail">What to do.</param>
internal sealed class RefusedException(int status, string title, string detail) : Exception(detail)
{
    public int Status => status;

    public string Title => title;

    /// <summary>When to come again; null where that would not help.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the rest of the body is not worth reading.</summary>
    public bool LeavesBody { get; init; }

    public static RefusedException TooLarge(long limit)
    {
        string detail = FormattableString.Invariant(
            $"At most {limit / 1e6:F1} MB a request. Send fewer or smaller pictures, or raise the limit where you run the server.");
        return new(StatusCodes.Status413PayloadTooLarge, "The request is too large", detail) { LeavesBody = true };
    }

    public static RefusedException Busy()
    {
        const string Detail = "Its queue is full. Come again after the seconds that Retry-After names.";
        return new(StatusCodes.Status429TooManyRequests, "The server is busy", Detail) { RetryAfter = TimeSpan.FromSeconds(1) };
    }
}
