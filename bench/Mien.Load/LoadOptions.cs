using Mien.Imaging;
using SkiaSharp;

namespace Mien.Load;

/// <summary>What is asked of the server.</summary>
internal sealed record LoadOptions
{
    public string Program { get; init; } = "mien";

    /// <summary>Connections that each send the next picture as soon as the last is answered.</summary>
    public int Clients { get; init; } = 64;

    public int Requests { get; init; } = 2000;

    public int Turns { get; init; } = 2;

    /// <summary>The server's `--queue`; fewer than the clients shows refusals.</summary>
    public int Queue { get; init; } = 128;

    /// <summary>A picture's file; the sample where null.</summary>
    public string? Photo { get; init; }

    /// <summary>Width that the picture is brought to; 0 as it is.</summary>
    public int Size { get; init; } = 320;

    public static LoadOptions Parse(string[] args)
    {
        var options = new LoadOptions();
        for (int i = 0; i < args.Length; i += 2)
        {
            string value = i + 1 < args.Length ? args[i + 1] : throw new MienException($"{args[i]}: expected a value.");
            options = args[i] switch
            {
                "--program" => options with { Program = value },
                "--clients" => options with { Clients = int.Parse(value) },
                "--requests" => options with { Requests = int.Parse(value) },
                "--turns" => options with { Turns = int.Parse(value) },
                "--queue" => options with { Queue = int.Parse(value) },
                "--photo" => options with { Photo = value },
                "--size" => options with { Size = int.Parse(value) },
                _ => throw new MienException($"{args[i]}: no such option. There are --program, --clients, --requests, --turns, --queue, "
                    + "--photo and --size."),
            };
        }

        return options;
    }

    /// <summary>A JPEG of the wanted size.</summary>
    public byte[] Picture()
    {
        string path = Photo ?? Path.Combine(Root(), "samples", "average-faces.png");
        using SKBitmap bitmap = SKBitmap.Decode(path) ?? throw new MienException($"{path}: no picture.");
        using SKBitmap sized = Size == 0 ? bitmap.Copy()
            : bitmap.Resize(new SKImageInfo(Size, Size * bitmap.Height / bitmap.Width),
            new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using SKData data = sized.Encode(SKEncodedImageFormat.Jpeg, 90);
        return data.ToArray();
    }

    private static string Root()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Mien.slnx")))
                return folder.FullName;
        }

        throw new MienException("No Mien.slnx above the program: name a --photo.");
    }
}
