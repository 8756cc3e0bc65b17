using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Mien.Server.Answers;
using Mien.Server.Endpoints;
using Mien.Server.Safety;

namespace Mien.Server;

/// <summary>Mien in an ASP.NET Core app.</summary>
/// <example>
/// <code>
/// builder.Services.AddMien();
/// app.MapMien("/faces");
/// </code>
/// </example>
public static class MienExtensions
{
    /// <summary>Name of the health check that <see cref="AddMien"/> adds, under the tag `ready`.</summary>
    public const string HealthCheck = "mien";

    /// <summary>Name of the meter whose figures `AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(...))` takes.</summary>
    public const string Meter = ServerMetrics.MeterName;

    /// <summary>Adds what the endpoints need: the recognizer with its queue, limits, a health check. The model is opened when the app
    /// starts.</summary>
    /// <param name="services">The app's.</param>
    /// <param name="options">What is served and how much of it; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is none.</exception>
    /// <exception cref="MienException">The API key can't be sent in a header.</exception>
    public static IServiceCollection AddMien(this IServiceCollection services, ServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        options ??= ServerOptions.Default;
        options.Check();
        services.AddMetrics();
        services.AddHealthChecks().AddCheck<ReadyCheck>(HealthCheck, HealthStatus.Unhealthy, ["ready"]);
        services.TryAddSingleton(_ => options.Models.Count > 0 ? ExpressionRecognizer.Create(options.Models, options.Recognizer)
            : ExpressionRecognizer.CreateDefault(options.Recognizer));
        services.AddSingleton(options);
        services.AddSingleton<ServerMetrics>();
        services.AddSingleton<FaceReader>();
        services.AddSingleton<BrowserMode>();
        services.AddSingleton<RateLimits>();
        services.AddSingleton<BytesInFlight>();
        services.AddSingleton<StreamEndpoint>();
        services.AddSingleton<RequestGuard>();
        services.AddSingleton<ReadyCheck>();
        services.AddHostedService(provider => provider.GetRequiredService<ReadyCheck>());
        services.AddTransient<IStartupFilter, WebSocketsFirst>();
        return services;
    }

    /// <summary>Maps `v1/expressions`, `v1/explanations`, `v1/model`, `v1/stream` and the page.</summary>
    /// <param name="endpoints">The app.</param>
    /// <param name="prefix">Where to, such as `/faces`; the root where left out.</param>
    /// <returns>All of them, for conventions of the app's own such as authorization.</returns>
    public static RouteGroupBuilder MapMien(this IEndpointRouteBuilder endpoints, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        RouteGroupBuilder group = endpoints.MapGroup(prefix);
        RequestGuard guard = endpoints.ServiceProvider.GetRequiredService<RequestGuard>();
        group.AddEndpointFilter(guard);
        group.MapPost("/v1/expressions", ExpressionsEndpoint.Handle)
            .WithName("ReadExpressions").WithTags("Expressions")
            .WithSummary("Finds the faces in pictures and reads their expressions.")
            .WithDescription("Several pictures at once as a form or as JSON; one as the body itself. Pictures stay in memory and are gone "
                + "with the answer. A picture that can't be read has an `error` in place of `faces`; where none can, the request fails "
                    + "with 422.")
            .Produces<ExpressionsAnswer>().Problems(400, 401, 413, 415, 422, 429, 503)
            .DescribePictures(annotate: true);
        group.MapPost("/v1/explanations", ExplanationsEndpoint.Handle)
            .WithName("ExplainFace").WithTags("Expressions")
            .WithSummary("Shows what the answer for one face rests on: Grad-CAM and occlusion map.")
            .Produces<ExplanationAnswer>().Problems(400, 401, 413, 415, 422, 429, 503)
            .DescribePictures(annotate: false);
        group.MapGet("/v1/model", ModelEndpoint.Handle)
            .WithName("GetModel").WithTags("Model")
            .WithSummary("What the model says of itself, and what the server accepts.")
            .Produces<ModelAnswer>().Problems(401, 429);
        group.MapGet("/v1/stream", (HttpContext http, StreamEndpoint stream) => stream.Handle(http))
            .WithName("FollowFaces").WithTags("Live")
            .WithSummary("A WebSocket: frames in as binary messages, what is found in the newest out as JSON.")
            .WithDescription("Each answer names its frame (`frame`, from 0), how many were passed over for newer ones (`passedOver`) and "
                + "the faces with a `track` that stays the same as long as a face is followed.")
            .Produces<StreamAnswer>(StatusCodes.Status101SwitchingProtocols).Problems(401, 403, 426, 429)
            .WithMetadata(new RequestGuard.Lasting());
        PageFiles.Map(group);
        BrowserEndpoints.Map(group);
        return group;
    }

    private static RouteHandlerBuilder Problems(this RouteHandlerBuilder endpoint, params int[] statuses)
    {
        foreach (int status in statuses)
            endpoint.ProducesProblem(status);
        return endpoint;
    }

    /// <summary>The stream needs this before routing, and users of the library should not have to know.</summary>
    private sealed class WebSocketsFirst : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.UseWebSockets();
            next(app);
        };
    }
}
