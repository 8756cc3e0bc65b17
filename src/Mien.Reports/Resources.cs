namespace Mien.Reports;

/// <summary>What is built into the assembly: the page's parts and a font.</summary>
internal static class Resources
{
    public static Stream Open(string name) => typeof(Resources).Assembly.GetManifestResourceStream(name)
        ?? throw new InvalidOperationException($"No resource \"{name}\".");

    public static string Text(string name)
    {
        using var reader = new StreamReader(Open(name));
        return reader.ReadToEnd();
    }
}
