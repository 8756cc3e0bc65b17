using System.Diagnostics;
using System.Text.Json;

namespace Mien.Benchmarks;

/// <summary>How long something took.</summary>
/// <param name="Wall">By the clock, in seconds.</param>
/// <param name="Processor">Of all threads together, in seconds: the same on a busy machine.</param>
internal readonly record struct Elapsed(double Wall, double Processor);

/// <summary>The peer as a process that answers one command at a time.</summary>
internal sealed class Peer : IDisposable
{
    private readonly Process _process;

    public Peer()
    {
        string script = Repository.Find("bench/peers/face-api.js");
        if (!Directory.Exists(Path.Combine(Path.GetDirectoryName(script)!, "node_modules")))
            throw new MienException($"{script}: its packages are not installed. Run `npm ci` in {Path.GetDirectoryName(script)}.");
        _process = Process.Start(new ProcessStartInfo("node", [script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Name = Answer().GetProperty("ready").GetString()!;
    }

    /// <summary>Its versions and backend.</summary>
    public string Name { get; }

    /// <summary>Reads all photos.</summary>
    /// <returns>Its time, the names of those that it can't read, and how many faces it found.</returns>
    public (Elapsed Time, string[] Failed, int Faces) Photos(IEnumerable<string> files)
    {
        JsonElement answer = Ask("photos\t" + string.Join('\t', files));
        return (Time(answer), [.. answer.GetProperty("failed").EnumerateArray().Select(name => name.GetString()!)],
            answer.GetProperty("found").EnumerateObject().Sum(picture => picture.Value.GetInt32()));
    }

    /// <summary>Classifies all faces of a file of 48x48 gray bytes each.</summary>
    public Elapsed Faces(string file) => Time(Ask("faces\t" + file));

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static Elapsed Time(JsonElement answer) =>
        new(answer.GetProperty("seconds").GetDouble(), answer.GetProperty("processor").GetDouble());

    private JsonElement Ask(string command)
    {
        _process.StandardInput.WriteLine(command);
        return Answer();
    }

    private JsonElement Answer() => JsonDocument.Parse(_process.StandardOutput.ReadLine()
        ?? throw new MienException("The peer ended without an answer: see its message above.")).RootElement;
}
