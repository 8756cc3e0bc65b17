using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mien.Imaging;

namespace Mien.Training.Datasets;

/// <summary>What is in a data set, and what is odd about it.</summary>
public sealed record Inspection
{
    /// <summary>The file or folder that the rows come from.</summary>
    public required string Source { get; init; }

    /// <summary>How many faces.</summary>
    public required int Count { get; init; }

    /// <summary>Side of a face in pixels, as it is learned from.</summary>
    public required int Size { get; init; }

    /// <summary>How many pictures the source has of each size, such as `48x48`.</summary>
    public required IReadOnlyDictionary<string, int> Sizes { get; init; }

    /// <summary>Faces by split and class.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Splits { get; init; }

    /// <summary>Faces that are exact copies of an earlier one in the same split.</summary>
    public required IReadOnlyDictionary<string, int> DuplicatesWithin { get; init; }

    /// <summary>Faces of the second split that are exact copies of one in the first.</summary>
    public required IReadOnlyList<CrossDuplicates> DuplicatesAcross { get; init; }

    /// <summary>
    /// Faces of the second split that look like one in the first from afar (<see cref="NearDuplicates"/>) and are no exact
    /// copy of one: saved again, brighter, hardly moved, or by chance alike.
    /// </summary>
    public IReadOnlyList<CrossDuplicates> NearDuplicatesAcross { get; init; } = [];

    /// <summary>Pictures that occur more than once with different labels.</summary>
    public required int ConflictingLabels { get; init; }

    /// <summary>Faces of a single gray level, or nearly: nothing to learn from.</summary>
    public required int Blank { get; init; }

    /// <summary>Mean of the Training pixels, 0..1; of all where there are none.</summary>
    public required double Mean { get; init; }

    /// <summary>Standard deviation of the same, 0..1.</summary>
    public required double Deviation { get; init; }

    /// <summary>SHA-256 of labels, splits and pixels.</summary>
    public required string Sha256 { get; init; }

    /// <summary>What is wrong with each row that was left out.</summary>
    public required IReadOnlyList<string> BadRows { get; init; }

    /// <summary>The findings as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, InspectionJson.Default.Inspection);

    /// <summary>What became of the search for faces in photos; null where there was none.</summary>
    public FaceSearch? Search { get; init; }

    /// <summary>What will hurt a training run or its figures, each with its cure; empty where nothing will.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>Exact copies between two splits.</summary>
/// <param name="From">The split of the originals.</param>
/// <param name="To">The split of the copies.</param>
/// <param name="Count">Faces of the second that the first has too.</param>
public sealed record CrossDuplicates(string From, string To, int Count);

[JsonSerializable(typeof(Inspection))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class InspectionJson : JsonSerializerContext;

/// <summary>Looks through a data set.</summary>
public static class DatasetInspector
{
    /// <summary>Levels between the darkest and the brightest pixel of a picture that counts as blank.</summary>
    public const int BlankRange = 3;

    /// <summary>A class with fewer faces in a split is too small to learn from, or to judge on.</summary>
    public const int TinyTraining = 100;

    /// <inheritdoc cref="TinyTraining"/>
    public const int TinyTest = 10;

    /// <summary>A validation split with fewer faces says little: one face more or less is several percent.</summary>
    public const int TinyValidation = 30;

    /// <summary>What to say of a validation split of so many faces; null where it has enough.</summary>
    /// <param name="faces">Faces of PublicTest, on which the best epoch is chosen.</param>
    public static string? WarningOfValidation(int faces) => faces is > 0 and < TinyValidation
        ? $"PublicTest has {faces} {(faces == 1 ? "face" : "faces")}: a validation split under {TinyValidation} chooses the epoch by "
            + $"chance. Add pictures."
        : null;

    /// <summary>Counts, duplicates, conflicts and blanks.</summary>
    public static Inspection Inspect(LoadedDataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        FaceTable table = data.Table;
        var byPicture = CopiesOf(table).ToArray();
        Split[] splits = Enum.GetValues<Split>();
        FaceTable training = table.Select(Split.Training);
        InputSpec levels = PixelStatistics.Measure(training.Count > 0 ? training : table);
        var inspection = new Inspection
        {
            Source = data.Source,
            Count = table.Count,
            Size = table.Size,
            Sizes = data.Sizes,
            Splits = splits.ToDictionary(split => split.ToString(), split => Classes(table.Select(split))),
            DuplicatesWithin = splits.ToDictionary(
                split => split.ToString(),
                split => byPicture.Sum(group => Math.Max(0, group.Count(i => table.Splits[i] == split) - 1))),
            DuplicatesAcross = Across(table, byPicture, []),
            NearDuplicatesAcross = Across(table, AlikeIn(table), byPicture),
            ConflictingLabels = byPicture.Count(group => group.Select(i => table.Labels[i]).Distinct().Skip(1).Any()),
            Blank = Enumerable.Range(0, table.Count).Count(i => IsBlank(table.Face(i))),
            Mean = levels.Mean,
            Deviation = levels.Deviation,
            Sha256 = table.Sha256(),
            BadRows = data.BadRows,
            Search = data.Search,
        };
        return inspection with { Warnings = [.. WarningsOf(inspection), .. WarningsOfGroups(data), .. ConflictIn(data, byPicture)] };
    }

    /// <summary>Faces of a later split in one group with a face of an earlier one, for each pair of splits.</summary>
    /// <param name="table">The faces.</param>
    /// <param name="groups">Places of faces that belong together.</param>
    /// <param name="except">Groups whose faces in both splits do not count.</param>
    private static IReadOnlyList<CrossDuplicates> Across(FaceTable table, IReadOnlyList<int[]> groups, IReadOnlyList<int[]> except)
    {
        Split[] splits = Enum.GetValues<Split>();
        return
        [
            .. from first in splits
               from second in splits
               where first < second
               select new CrossDuplicates(first.ToString(), second.ToString(),
                   Shared(groups, first, second).Except(Shared(except, first, second)).Count()),
        ];

        IEnumerable<int> Shared(IReadOnlyList<int[]> all, Split first, Split second) => all
            .Where(group => group.Any(i => table.Splits[i] == first))
            .SelectMany(group => group.Where(i => table.Splits[i] == second));
    }

    /// <summary>Groups of two faces and more that look alike from afar; blank ones look like nothing.</summary>
    private static int[][] AlikeIn(FaceTable table)
    {
        int[] faces = [.. Enumerable.Range(0, table.Count).Where(i => !IsBlank(table.Face(i)))];
        var hashes = new PictureHash[faces.Length];
        Parallel.For(0, faces.Length, i => hashes[i] = PictureHash.Of(table.Face(faces[i]), table.Size, table.Size));
        return [.. NearDuplicates.Group(hashes).Select((root, i) => (Root: root, Face: faces[i]))
            .GroupBy(pair => pair.Root, pair => pair.Face).Select(group => group.ToArray()).Where(group => group.Length > 1)];
    }

    private static IEnumerable<string> WarningsOf(Inspection inspection)
    {
        string[] labels = [.. inspection.Splits.Values.SelectMany(split => split).Where(label => label.Value > 0).Select(label => label.Key)
            .Distinct()];
        if (labels is [var only])
            yield return $"every face is {only}: training needs two labels or more. Add pictures of another.";
        foreach ((string split, IReadOnlyDictionary<string, int> classes) in inspection.Splits.Where(split => split.Value.Values.Sum() > 0))
        {
            (int least, string purpose) = split == nameof(Split.Training) ? (TinyTraining, "to learn from") : (TinyTest, "to judge on");
            string[] none = [.. classes.Where(pair => pair.Value == 0).Select(pair => pair.Key)];
            string[] tiny = [.. classes.Where(pair => pair.Value > 0 && pair.Value < least).Select(pair => $"{pair.Key} ({pair.Value})")];
            if (tiny.Length > 0)
                yield return $"{split} has few faces {purpose} of {string.Join(", ", tiny)}: add more, {least} at least, or put labels "
                    + "together with --map.";
            if (none.Length > 0)
                yield return $"{split} has no faces of {string.Join(", ", none)}: add some, or leave the label out of all splits.";
        }

        if (WarningOfValidation(inspection.Splits[nameof(Split.PublicTest)].Values.Sum()) is { } few)
            yield return few;
        foreach (CrossDuplicates across in inspection.DuplicatesAcross.Where(across => across.Count > 0))
        {
            yield return $"{across.To} has {across.Count} faces that {across.From} has too, so its figures will be too good: "
                + (across.From == nameof(Split.Training) ? "`mien train` leaves those Training faces out, `mien evaluate --drop-copies` "
                    + "these." : "take them out of one.");
        }

        foreach (CrossDuplicates across in inspection.NearDuplicatesAcross.Where(across => across.Count > 0))
            yield return $"{across.To} has {across.Count} faces that look nearly like one of {across.From}: if they are the same pictures "
                + "saved again, give each and its copies one group in a manifest, so that they stay in one split.";
        if (inspection.Blank > 0)
            yield return $"{inspection.Blank} pictures are blank: nothing is learned from them.";
        if (inspection.BadRows.Count > 0)
            yield return $"{inspection.BadRows.Count} rows or pictures can't be read: mend them, or pass --skip-bad-rows to train without "
                + "them.";
        if (inspection.Search is { WithoutFace.Count: > 0 and int without })
            yield return $"{without} photos have no face that was found: they are left out. Crop them by hand, or pass a smaller "
                + "--min-face.";
        if (inspection.Search is { SeveralFaces: > 0 and int several })
            yield return $"{several} photos have several faces: the largest is taken. Crop those where another one is meant.";
    }

    private static IEnumerable<string> WarningsOfGroups(LoadedDataset data)
    {
        FaceTable table = data.Table;
        if (table.Groups.Count == 0)
            yield break;
        var groups = table.Groups.Zip(table.Splits).Where(face => face.First is not null)
            .GroupBy(face => face.First!, face => face.Second).ToArray();
        string[] divided = [.. groups.Where(group => group.Distinct().Skip(1).Any()).Select(group => group.Key)];
        if (divided.Length > 0)
            yield return $"{divided.Length} groups are in several splits, such as {divided[0]}: figures will be too good. Give each "
                + $"group one split, or leave the column split out.";
        // A face without a group stands for itself.
        int units = groups.Length + table.Groups.Count(group => group is null);
        string[] empty = [.. Enum.GetValues<Split>().Where(split => !table.Splits.Contains(split)).Select(split => split.ToString())];
        if (empty.Length > 0 && units < Enum.GetValues<Split>().Length)
            yield return $"{string.Join(" and ", empty)} {(empty.Length == 1 ? "has" : "have")} no faces: {groups.Length} "
                + $"{(groups.Length == 1 ? "group is" : "groups are")} too few, as a group is not divided. Add pictures of others, or "
                    + $"leave the column group out.";
        int used = table.Splits.Distinct().Count();
        string[] rare = [.. Enumerable.Range(0, table.Count).GroupBy(i => table.Labels[i], i => table.Groups[i] ?? $"\0{i}")
            .Select(label => (Name: table.LabelNames[label.Key], Groups: label.Distinct().Count()))
            .Where(label => label.Groups < used).OrderBy(label => label.Name, StringComparer.Ordinal).Select(label => $"{label.Name} "
                + $"({label.Groups})")];
        if (rare.Length > 0)
            yield return $"labels in fewer groups than there are splits, so that a split is without them: {string.Join(", ", rare)}. "
                + $"Add groups of those labels, or leave the column group out.";
    }

    private static IEnumerable<string> ConflictIn(LoadedDataset data, IEnumerable<int[]> copies)
    {
        FaceTable table = data.Table;
        int[][] conflicts = [.. copies.Where(group => group.Select(i => table.Labels[i]).Distinct().Skip(1).Any())];
        if (conflicts.Length == 0)
            yield break;
        int first = conflicts[0][0];
        int other = conflicts[0].First(i => table.Labels[i] != table.Labels[first]);
        yield return $"{conflicts.Length} pictures occur with different "
            + $"labels{(data.Origins.Count > 0 ? $", such as {Named(first)} and {Named(other)}" : "")}: keep one of each.";

        string Named(int i) => $"{data.Origins[i].Named} ({table.LabelNames[table.Labels[i]]})";
    }

    /// <summary>The table without those Training faces that are exact copies of a PublicTest or PrivateTest face.</summary>
    /// <param name="table">Any table.</param>
    /// <param name="dropped">How many were dropped.</param>
    public static FaceTable WithoutLeaks(FaceTable table, out int dropped)
    {
        ArgumentNullException.ThrowIfNull(table);
        var leaked = CopiesOf(table)
            .Where(group => group.Any(i => table.Splits[i] != Split.Training))
            .SelectMany(group => group.Where(i => table.Splits[i] == Split.Training))
            .ToHashSet();
        dropped = leaked.Count;
        return dropped == 0 ? table : table.Take([.. Enumerable.Range(0, table.Count).Where(i => !leaked.Contains(i))]);
    }

    /// <summary>The table without those faces of one split that are exact copies of a Training face.</summary>
    /// <param name="table">Any table.</param>
    /// <param name="split">PublicTest or PrivateTest.</param>
    public static FaceTable WithoutCopiesOfTraining(FaceTable table, Split split)
    {
        ArgumentNullException.ThrowIfNull(table);
        var copies = CopiesOf(table)
            .Where(group => group.Any(i => table.Splits[i] == Split.Training))
            .SelectMany(group => group.Where(i => table.Splits[i] == split))
            .ToHashSet();
        return table.Take([.. Enumerable.Range(0, table.Count).Where(i => !copies.Contains(i))]);
    }

    /// <summary>How many faces the Training split of a data set has too, byte for byte.</summary>
    /// <param name="faces">Faces of a test split.</param>
    /// <param name="table">The data set.</param>
    public static int CountCopiesOfTraining(FaceTable faces, FaceTable table)
    {
        ArgumentNullException.ThrowIfNull(faces);
        ArgumentNullException.ThrowIfNull(table);
        var training = Enumerable.Range(0, table.Count).Where(i => table.Splits[i] == Split.Training)
            .Select(i => Fingerprint(table.Face(i))).ToHashSet();
        return Enumerable.Range(0, faces.Count).Count(i => training.Contains(Fingerprint(faces.Face(i))));
    }

    /// <summary>Places of equal pictures, for each picture that occurs more than once.</summary>
    private static IEnumerable<int[]> CopiesOf(FaceTable table) => Enumerable.Range(0, table.Count)
        .GroupBy(i => Fingerprint(table.Face(i)))
        .Where(group => group.Skip(1).Any())
        .Select(group => group.ToArray());

    /// <summary>The same for equal pictures only.</summary>
    internal static string Fingerprint(ReadOnlySpan<byte> face) => Convert.ToBase64String(SHA256.HashData(face));

    private static IReadOnlyDictionary<string, int> Classes(FaceTable table) =>
        table.LabelNames.Zip(table.ClassCounts()).ToDictionary(pair => pair.First, pair => pair.Second);

    private static bool IsBlank(ReadOnlySpan<byte> face)
    {
        (byte darkest, byte brightest) = (byte.MaxValue, byte.MinValue);
        foreach (byte level in face)
            (darkest, brightest) = (Math.Min(darkest, level), Math.Max(brightest, level));
        return brightest - darkest <= BlankRange;
    }
}
