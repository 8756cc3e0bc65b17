using System.Net;
using System.Threading.RateLimiting;

namespace Mien.Server.Safety;

/// <summary>So many requests a minute and client address.</summary>
internal sealed class RateLimits(ServerOptions options) : IDisposable
{
    private readonly PartitionedRateLimiter<IPAddress>? _limiter = options.RequestsPerMinute == 0
        ? null
        : PartitionedRateLimiter.Create<IPAddress, IPAddress>(address => RateLimitPartition.GetFixedWindowLimiter(
            address, _ => new FixedWindowRateLimiterOptions { PermitLimit = options.RequestsPerMinute, Window = TimeSpan.FromMinutes(1) }));

    /// <exception cref="RefusedException">The client has used up its requests.</exception>
    public void Require(HttpContext http)
    {
        if (_limiter is null)
            return;
        using RateLimitLease lease = _limiter.AttemptAcquire(PartitionOf(http.Connection.RemoteIpAddress));
        if (lease.IsAcquired)
            return;
        throw new RefusedException(StatusCodes.Status429TooManyRequests, "Too many requests",
            $"At most {options.RequestsPerMinute} a minute. Send several pictures in one request, or come again after the seconds that "
                + "Retry-After names.")
        {
            RetryAfter = lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan wait) ? wait : TimeSpan.FromMinutes(1),
        };
    }

    public void Dispose() => _limiter?.Dispose();

    /// <summary>Of IPv6 the network: a household has more addresses there than a limiter should remember.</summary>
    private static IPAddress PartitionOf(IPAddress? address)
    {
        if (address is null || address.IsIPv4MappedToIPv6 || address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6)
            return address ?? IPAddress.None;
        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
