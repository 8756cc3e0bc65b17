using Microsoft.Extensions.Diagnostics.HealthChecks;
using Mien.Imaging;

namespace Mien.Server;

/// <summary>Opens the model when the app starts, and says when pictures can be read.</summary>
internal sealed class ReadyCheck(FaceReader reader, BrowserMode browser, IHostApplicationLifetime lifetime) : IHealthCheck, IHostedService
{
    private volatile bool _warm;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // The first picture costs as much as many: it should not be a caller's.
        reader.Recognizer.Recognize(Picture.FromGray(new byte[256 * 256], 256, 256));
        // What a browser reads with is the model that was opened, not what takes its file's place later.
        browser.Load();
        _warm = true;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_warm && !lifetime.ApplicationStopping.IsCancellationRequested ? HealthCheckResult.Healthy()
            : new HealthCheckResult(context.Registration.FailureStatus));
}
