namespace Mien;

/// <summary>Files embedded in the assembly.</summary>
internal static class Resources
{
    /// <summary>Whether a file was embedded when the assembly was built.</summary>
    public static bool Has(string name) => typeof(Resources).Assembly.GetManifestResourceInfo(name) is not null;

    /// <summary>All bytes of an embedded file.</summary>
    public static byte[] Read(string name)
    {
        using Stream stream = typeof(Resources).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} was not embedded when Mien was built.");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
