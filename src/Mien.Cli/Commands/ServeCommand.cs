using System.CommandLine;
using System.Net;
using Microsoft.Extensions.Hosting;
using Mien.Server;
using Spectre.Console;

namespace Mien.Cli.Commands;

/// <summary>mien serve</summary>
internal sealed class ServeCommand
{
    /// <summary>Where the key may stand instead of on the command line, which others on the machine can read.</summary>
    public const string KeyVariable = "MIEN_API_KEY";

    // Strangers are slowed down unless told otherwise; who sits at the machine is not.
    private const int StrangersRequestsPerMinute = 600;

    private readonly Option<int> _port = new("--port") { Description = "Port; 0 for any that is free.", DefaultValueFactory = _ => 5000 };
    private readonly Option<IPAddress?> _listen = new("--listen")
    {
        Description = "Address to listen on, such as 0.0.0.0 for all; this "
        + "machine alone where left out.",
        CustomParser = ParseAddress
    };
    private readonly Option<string?> _key = new("--api-key")
    {
        Description = $"Key that callers must send; also read from {KeyVariable}, "
        + "where no other user of the machine sees it."
    };
    private readonly Option<int?> _rate = new("--rate-limit")
    {
        Description = $"Requests a minute and client address; 0 for no limit; with "
        + $"--listen {StrangersRequestsPerMinute}, else none, where left out."
    };
    private readonly Option<int> _queue = new("--queue")
    {
        Description = "Pictures accepted and not yet read, at most; more get 429.",
        DefaultValueFactory = _ => ServerOptions.Default.QueueLimit
    };
    private readonly Option<int> _workers = new("--workers") { Description = "Pictures read side by side; 0 for one a core." };
    private readonly Option<int> _pixels = new("--max-megapixels")
    {
        Description = "Larger pictures are refused.",
        DefaultValueFactory = _ => (int)(ServerOptions.Default.Recognizer.MaxPixels / 1_000_000)
    };
    private readonly Option<int> _megabytes = new("--max-megabytes")
    {
        Description = "Larger requests are refused.",
        DefaultValueFactory = _ => (int)(ServerOptions.Default.MaxRequestBytes >> 20)
    };
    private readonly Option<int> _timeout = new("--timeout")
    {
        Description = "Seconds that a request may take.",
        DefaultValueFactory = _ => (int)ServerOptions.Default.RequestTimeout.TotalSeconds
    };
    private RecognizerArguments _recognizer = null!;

    public static Command Create(Terminal terminal)
    {
        var verb = new ServeCommand();
        Ranges.Require(verb._port, value => value is >= 0 and <= 65535, "0 to 65535");
        Ranges.Require(verb._rate, value => value is null or >= 0, "0 or more");
        Ranges.Require(verb._queue, value => value >= 1, "1 or more");
        Ranges.Require(verb._workers, value => value >= 0, "0 or more");
        Ranges.Require(verb._pixels, value => value is >= 1 and <= 500, "1 to 500");
        Ranges.Require(verb._megabytes, value => value is >= 1 and <= 1024, "1 to 1024");
        Ranges.Require(verb._timeout, value => value >= 1, "1 or more");
        var command = new Command("serve", "Serves an HTTP API, live video and a page for photos and cameras. Ctrl+C or SIGTERM ends it "
            + "when what was accepted is done.");
        foreach (Option option in (Option[])[verb._port, verb._listen, verb._key, verb._rate, verb._queue, verb._workers, verb._pixels,
            verb._megabytes, verb._timeout])
            command.Options.Add(option);
        verb._recognizer = RecognizerArguments.AddTo(command);
        // The host takes Ctrl+C and SIGTERM itself, and as long as what was accepted needs.
        command.SetAction(parsed => verb.Run(parsed, terminal).GetAwaiter().GetResult());
        return command;
    }

    private async Task<int> Run(ParseResult parsed, Terminal terminal)
    {
        IPAddress? address = parsed.GetValue(_listen);
        bool strangers = address is not null && !IPAddress.IsLoopback(address);
        string? key = parsed.GetValue(_key) ?? Environment.GetEnvironmentVariable(KeyVariable);
        long bytes = (long)parsed.GetValue(_megabytes) << 20;
        var options = ServerOptions.Default with
        {
            Recognizer = _recognizer.Read(parsed, threads: 1) with { MaxPixels = parsed.GetValue(_pixels) * 1_000_000L },
            Models = _recognizer.Sources(parsed),
            Batch = ServerOptions.Default.Batch with { Workers = parsed.GetValue(_workers) },
            QueueLimit = parsed.GetValue(_queue),
            MaxPictures = Math.Min(ServerOptions.Default.MaxPictures, parsed.GetValue(_queue)),
            MaxRequestBytes = bytes,
            MaxBytesInFlight = Math.Max(ServerOptions.Default.MaxBytesInFlight, 2 * bytes),
            RequestTimeout = TimeSpan.FromSeconds(parsed.GetValue(_timeout)),
            ApiKey = string.IsNullOrEmpty(key) ? null : key,
            RequestsPerMinute = parsed.GetValue(_rate) ?? (strangers ? StrangersRequestsPerMinute : 0),
        };

        await using Microsoft.AspNetCore.Builder.WebApplication app = MienServer.Create(options, address, parsed.GetValue(_port));
        try
        {
            await app.StartAsync();
        }
        catch (IOException e)
        {
            throw new MienException($"--port {parsed.GetValue(_port)}: can't be listened on ({e.Message}). Choose another port, or end the "
                + "program that has it.", e);
        }

        try
        {
            terminal.Output.WriteLine($"Mien serves on {app.Urls.First()}");
            terminal.Output.Flush();
        }
        catch (OutputLostException e)
        {
            // A full log is no reason not to serve.
            terminal.Error.MarkupLineInterpolated($"[yellow]warning:[/] {e.Message} Mien serves on {app.Urls.First()}");
        }

        if (strangers && options.ApiKey is null)
            terminal.Error.MarkupLineInterpolated($"[yellow]warning:[/] anyone who reaches {address} may call. Set {KeyVariable}, and put a server with TLS in front: browsers open cameras over https alone.");
        await app.WaitForShutdownAsync();
        return ExitCode.Ok;
    }

    private static IPAddress? ParseAddress(System.CommandLine.Parsing.ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (text == "localhost")
            return IPAddress.Loopback;
        if (IPAddress.TryParse(text, out IPAddress? address))
            return address;
        result.AddError($"--listen {text}: expected an address of this machine, such as 0.0.0.0, :: or 192.168.1.5.");
        return null;
    }
}
