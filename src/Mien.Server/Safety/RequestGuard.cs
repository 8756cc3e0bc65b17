using System.Globalization;
using System.Text.Json;

namespace Mien.Server.Safety;

/// <summary>Stands before every endpoint: headers, key, rate, time; turns what goes wrong into problem details (RFC 9457).</summary>
internal sealed partial class RequestGuard(ServerOptions options, RateLimits limits, ILogger<RequestGuard> log) : IEndpointFilter
{
    /// <summary>Metadata of endpoints that anyone may call.</summary>
    public sealed class Open;

    /// <summary>Metadata of endpoints that last as long as they like.</summary>
    public sealed class Lasting;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        HttpContext http = context.HttpContext;
        SecurityHeaders.Apply(http.Response);
        EndpointMetadataCollection? metadata = http.GetEndpoint()?.Metadata;
        bool open = metadata?.GetMetadata<Open>() is not null;
        CancellationToken gone = http.RequestAborted;
        using var time = CancellationTokenSource.CreateLinkedTokenSource(gone);
        try
        {
            if (!open)
            {
                limits.Require(http);
                ApiKeys.Require(http.Request, options.ApiKey);
            }

            if (metadata?.GetMetadata<Lasting>() is null)
            {
                time.CancelAfter(options.RequestTimeout);
                http.RequestAborted = time.Token;
            }

            return await next(context);
        }
        catch (Exception e)
        {
            return Answer(http, e, timedOut: time.IsCancellationRequested && !gone.IsCancellationRequested, gone);
        }
        finally
        {
            http.RequestAborted = gone;
        }
    }

    private IResult Answer(HttpContext http, Exception e, bool timedOut, CancellationToken gone)
    {
        if (timedOut)
        {
            http.Response.Headers.RetryAfter = "5";
            return Results.Problem(statusCode: StatusCodes.Status503ServiceUnavailable, title: "It took too long",
                detail: $"The request was not done within {options.RequestTimeout.TotalSeconds:F0} seconds. Send fewer or smaller "
                    + "pictures, or come again when the server is less busy.");
        }

        // Nobody is there any more to read an answer.
        if (gone.IsCancellationRequested)
            return Results.StatusCode(StatusCodes.Status499ClientClosedRequest);

        switch (e)
        {
            case RefusedException refused:
                // The rest of the body is not read: nothing else can come over this connection.
                if (refused.LeavesBody)
                    http.Response.Headers.Connection = "close";
                if (refused.RetryAfter is { } wait)
                    http.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
                if (refused.Status == StatusCodes.Status401Unauthorized)
                    http.Response.Headers.WWWAuthenticate = "Bearer";
                return Results.Problem(statusCode: refused.Status, title: refused.Title, detail: refused.Message);
            case MienException:
                return Results.Problem(statusCode: StatusCodes.Status422UnprocessableEntity, title: "The picture can't be "
                    + "read", detail: e.Message);
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return Answer(http, RefusedException.TooLarge(options.MaxRequestBytes), false, gone);
            case BadHttpRequestException bad:
                return Results.Problem(statusCode: bad.StatusCode, title: "The request is damaged", detail: "Its body could not be read to "
                    + "the end. Send it again, whole and not too slowly.");
            case IOException or InvalidDataException:
                return Results.Problem(statusCode: StatusCodes.Status400BadRequest, title: "The request is damaged",
                    detail: "Its body is cut off or not what its Content-Type says. Check how the client builds it.");
            case JsonException:
                return Results.Problem(statusCode: StatusCodes.Status400BadRequest, title: "The JSON is not as expected",
                    detail: "Expected {\"pictures\":[{\"name\":\"party.jpg\",\"data\":\"<base64 of the file>\"}]}, base64 without a data: "
                        + "prefix.");
            default:
                Failed(log, e, http.Request.Method, http.GetEndpoint()?.DisplayName);
                return Results.Problem(statusCode: StatusCodes.Status500InternalServerError, title: "The server failed",
                    detail: "It was noted in the server's log. Send the request again; if it fails again, tell whoever runs the server.");
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Endpoint} failed")]
    private static partial void Failed(ILogger log, Exception error, string method, string? endpoint);
}
