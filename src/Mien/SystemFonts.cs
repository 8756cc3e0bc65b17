using SkiaSharp;

namespace Mien;

/// <summary>Fonts that the machine has, for characters that the embedded one lacks.</summary>
internal static class SystemFonts
{
    private static readonly Lazy<string[]> Files = new(List);

    /// <summary>A font with the character; null where there is none.</summary>
    public static SKTypeface? With(int character)
    {
        if (SKFontManager.Default.MatchCharacter(character) is { } matched)
            return matched;
        // Skia's build for Linux without dependencies knows of no fonts.
        foreach (string file in Files.Value)
        {
            SKTypeface? typeface = SKTypeface.FromFile(file);
            if (typeface is not null && Has(typeface, character))
                return typeface;
            typeface?.Dispose();
        }

        return null;
    }

    /// <summary>Whether a font has a character.</summary>
    public static bool Has(SKTypeface typeface, int character)
    {
        using var font = new SKFont(typeface);
        return font.ContainsGlyph(character);
    }

    private static string[] List()
    {
        if (!OperatingSystem.IsLinux())
            return [];
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string[] folders = [Path.Combine(home, ".fonts"), Path.Combine(home, ".local/share/fonts"), "/usr/local/share/fonts",
            "/usr/share/fonts"];
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true };
        return
        [
            .. folders.Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder, "*", options)
                .Where(file => Path.GetExtension(file).ToLowerInvariant() is ".ttf" or ".otf" or ".ttc").Order(StringComparer.Ordinal)),
        ];
    }
}
