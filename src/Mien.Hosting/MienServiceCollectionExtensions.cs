using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Mien.Hosting;

/// <summary>Mien's recognizer as a service.</summary>
public static class MienServiceCollectionExtensions
{
    /// <summary>Adds <see cref="IExpressionRecognizer"/> and <see cref="ExpressionRecognizer"/> as singletons. The model is opened at the
    /// first use.</summary>
    /// <param name="services">The program's services.</param>
    /// <remarks>A recognizer that is registered already stays.</remarks>
    public static IServiceCollection AddMien(this IServiceCollection services) => services.AddMien(Options.DefaultName);

    /// <inheritdoc cref="AddMien(IServiceCollection)"/>
    /// <param name="services">The program's services.</param>
    /// <param name="configure">Changes the options. Calls add up.</param>
    public static IServiceCollection AddMien(this IServiceCollection services, Action<MienOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddMien(Options.DefaultName, configure);
    }

    /// <summary>Adds the recognizer with options from configuration.</summary>
    /// <param name="services">The program's services.</param>
    /// <param name="configuration">The section of <see cref="MienOptions"/>, such as `builder.Configuration.GetSection("Mien")`.</param>
    public static IServiceCollection AddMien(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddMien();
        services.AddOptions<MienOptions>().Bind(configuration);
        return services;
    }

    /// <summary>Adds a recognizer under a name, beside others: a keyed singleton.</summary>
    /// <param name="services">The program's services.</param>
    /// <param name="name">The key of <see cref="IExpressionRecognizer"/>, and the name of its options.</param>
    /// <param name="configure">Changes the options; null for the defaults.</param>
    public static IServiceCollection AddMien(this IServiceCollection services, string name, Action<MienOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        OptionsBuilder<MienOptions> options = services.AddOptions<MienOptions>(name);
        if (configure is not null)
            options.Configure(configure);
        if (name == Options.DefaultName)
        {
            services.TryAddSingleton(provider => Open(provider, name));
            services.TryAddSingleton<IExpressionRecognizer>(provider => provider.GetRequiredService<ExpressionRecognizer>());
        }
        else
        {
            services.TryAddKeyedSingleton(name, (provider, _) => Open(provider, name));
            services.TryAddKeyedSingleton<IExpressionRecognizer>(name,
                (provider, _) => provider.GetRequiredKeyedService<ExpressionRecognizer>(name));
        }

        return services;
    }

    private static ExpressionRecognizer Open(IServiceProvider provider, string name)
    {
        MienOptions options = provider.GetRequiredService<IOptionsMonitor<MienOptions>>().Get(name);
        ILogger logger = provider.GetService<ILoggerFactory>()?.CreateLogger("Mien") ?? NullLogger.Instance;
        var recognizer = ExpressionRecognizer.Create(options.Open(), options.Recognizer);
        Log.Opened(logger, recognizer.Model.Name, recognizer.Model.Version, recognizer.Model.Labels.Count);
        return recognizer;
    }
}
