using System.Net;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Console;
using Microsoft.OpenApi;
using Mien.Server.Safety;
using OpenTelemetry.Metrics;
using Scalar.AspNetCore;

namespace Mien.Server;

/// <summary>Mien as a server of its own: API, page, health, metrics and reference. What `mien serve` runs.</summary>
public static class MienServer
{
    /// <summary>Builds the app; `Run` or `StartAsync` starts it.</summary>
    /// <param name="options">What is served and how much of it.</param>
    /// <param name="address">The address that it listens on; this machine alone where null.</param>
    /// <param name="port">The port; 0 for any that is free.</param>
    /// <exception cref="MienException">A model can't be opened, or the API key can't be sent in a header.</exception>
    /// <remarks>Nothing is read from the environment or from settings files: what is not asked for does not happen.</remarks>
    public static WebApplication Create(ServerOptions options, IPAddress? address = null, int port = 5000)
    {
        ArgumentNullException.ThrowIfNull(options);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "mien" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options, address, port));
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true)
            .SetMinimumLevel(LogLevel.Information)
            .AddFilter("Microsoft", LogLevel.Warning)
            // What ends the start is thrown: whoever starts the server says it in his own words.
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        // Standard output is for results.
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.RequestTimeout + TimeSpan.FromSeconds(5));
        builder.Services.AddRouting();
        builder.Services.AddProblemDetails();
        builder.Services.AddMien(options);
        // Else numbers are described as numbers or text, and no tool makes a usable client of that.
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict);
        builder.Services.AddOpenApi("v1", openApi =>
        {
            openApi.OpenApiVersion = OpenApiSpecVersion.OpenApi3_0;
            openApi.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new OpenApiInfo
                {
                    Title = "Mien",
                    Version = "v1",
                    Description = "Reads the expression on faces. An "
                    + "expression is not an emotion."
                };
                return Task.CompletedTask;
            });
        });
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(MienExtensions.Meter, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
            .AddPrometheusExporter());

        WebApplication app = builder.Build();
        // A model that can't be opened is known before anything listens.
        _ = app.Services.GetRequiredService<FaceReader>();
        app.Use((http, next) =>
        {
            SecurityHeaders.Apply(http.Response, http.Request.Path.StartsWithSegments("/reference"));
            return next(http);
        });
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.MapMien();
        app.MapHealthChecks("/healthz", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/readyz", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") });
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapScalarApiReference("/reference", scalar => scalar
            .WithTitle("Mien's API").WithOpenApiRoutePattern("/openapi/v1.json")
            .DisableDefaultFonts().DisableAgent().DisableMcp().DisableTelemetry().HideDeveloperTools().HideClientButton());
        // How much is asked of a server is nobody's business who may not ask it.
        app.UseWhen(http => http.Request.Path == "/metrics", metrics => metrics.Use(async (http, next) =>
        {
            if (ApiKeys.Fits(http.Request, options.ApiKey))
                await next(http);
            else
                http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        }));
        app.MapPrometheusScrapingEndpoint("/metrics");
        return app;
    }

    /// <summary>Where a started app can be reached.</summary>
    public static string AddressOf(WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        return app.Urls.First();
    }

    private static void Configure(KestrelServerOptions kestrel, ServerOptions options, IPAddress? address, int port)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.MaxRequestBytes;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
        kestrel.Limits.MaxConcurrentConnections = 1000;
        kestrel.Limits.MaxConcurrentUpgradedConnections = 100;
        if (address is null && port != 0)
            kestrel.ListenLocalhost(port);
        else
            kestrel.Listen(address ?? IPAddress.Loopback, port);
    }
}
