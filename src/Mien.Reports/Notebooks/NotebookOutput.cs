namespace Mien.Reports.Notebooks;

/// <summary>What a cell gave: text, or a picture with the words for those who can't see it.</summary>
/// <param name="Text">The text, or what the picture shows.</param>
/// <param name="Png">The picture; null for text.</param>
/// <param name="Svg">The picture as lines, sharper on a page; null where there is none.</param>
/// <param name="Width">Width in the page's pixels, 0 for text.</param>
internal sealed record NotebookOutput(string Text, byte[]? Png = null, string? Svg = null, int Width = 0);
