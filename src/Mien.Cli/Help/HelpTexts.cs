namespace Mien.Cli.Help;

/// <summary>What the help pages say beside what the options say of themselves: groups of verbs, examples, the short list of
/// `train`.</summary>
internal static class HelpTexts
{
    /// <summary>The verbs as `mien` lists them.</summary>
    public static readonly (string Title, string[] Verbs)[] Groups =
    [
        ("Read expressions", ["predict", "watch", "serve", "explain"]),
        ("Train and evaluate", ["train", "evaluate", "compare", "report", "plot", "sweep"]),
        ("Prepare data and models", ["dataset", "label", "model"]),
        ("Set up the shell", ["completion"]),
    ];

    /// <summary>Examples under the page of each verb, by the words that call it; the empty name is the program's own page.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Examples = new Dictionary<string, string[]>
    {
        [""] = ["mien predict photo.jpg", "mien serve", "mien train --data archive.zip --out runs/mine"],
        ["predict"] =
        [
            "mien predict party.jpg --annotate out/", "mien predict photos/ --out faces.parquet --resume",
            "mien predict clip.mp4 --out faces.csv", "mien predict photo.jpg --format json",
        ],
        ["watch"] = ["mien watch /dev/video0", "mien watch rtsp://camera/stream --format jsonl"],
        ["serve"] = ["mien serve", "mien serve --listen 0.0.0.0 --port 8080"],
        ["explain"] = ["mien explain party.jpg --out out/"],
        ["train"] =
        [
            "mien train --data archive.zip --out runs/mine", "mien train --data archive.zip --out runs/mine --resume",
            "mien train --data photos.csv --faces detect --from default --out runs/ours",
        ],
        ["sweep"] = ["mien sweep sweeps/001-ingredients.json --data archive.zip --out runs/sweep"],
        ["evaluate"] =
        [
            "mien evaluate --data archive.zip --split PrivateTest", "mien evaluate --model runs/mine/model.onnx --data faces.csv",
            "mien evaluate --data archive.zip --labels ferplus --corruptions",
        ],
        ["compare"] = ["mien compare default runs/mine/model.onnx --data archive.zip"],
        ["report"] = ["mien report runs/mine --data archive.zip", "mien report --data archive.zip --out out/"],
        ["plot"] = ["mien plot history runs/mine --out history.png"],
        ["plot history"] = ["mien plot history runs/mine --out history.png"],
        ["plot confusion"] = ["mien plot confusion runs/mine --data archive.zip --out confusion.svg"],
        ["plot classes"] = ["mien plot classes runs/mine --data archive.zip --out classes.png"],
        ["plot reliability"] = ["mien plot reliability default --data archive.zip --out reliability.png"],
        ["plot coverage"] = ["mien plot coverage default --data archive.zip --out coverage.png"],
        ["plot map"] = ["mien plot map runs/mine --data archive.zip --out map.png"],
        ["plot samples"] = ["mien plot samples runs/mine --data a.zip --kind mistakes --out samples.png"],
        ["dataset"] = ["mien dataset inspect archive.zip"],
        ["dataset inspect"] = ["mien dataset inspect archive.zip", "mien dataset inspect labels.csv --faces detect"],
        ["dataset errors"] = ["mien dataset errors --data faces.csv --out errors.csv"],
        ["dataset average"] = ["mien dataset average --data archive.zip --out average.png"],
        ["dataset covers"] = ["mien dataset covers --data archive.zip --out covers.csv"],
        ["label"] = ["mien label suggest photos/ --out labels.csv"],
        ["label suggest"] = ["mien label suggest photos/ --out labels.csv"],
        ["completion"] = ["mien completion bash >> ~/.bashrc"],
        ["model"] = ["mien model info default"],
        ["model info"] = ["mien model info runs/mine/model.onnx"],
        ["model speed"] = ["mien model speed --data archive.zip"],
        ["model summary"] = ["mien model summary --arch residual"],
        ["model quantize"] = ["mien model quantize runs/mine/model.onnx --data archive.zip --out int8.onnx"],
    };

    /// <summary>Words for the values of options whose own name says too little.</summary>
    public static readonly IReadOnlyDictionary<string, string> Values = new Dictionary<string, string>
    {
        ["--annotate"] = "FOLDER",
        ["--face-cache"] = "FOLDER",
        ["--timeline"] = "FILE",
        ["--ferplus"] = "FILE",
        ["--json"] = "FILE",
        ["--from"] = "MODEL",
        ["--teacher"] = "MODEL",
        ["--recipe"] = "NAME|FILE",
        ["--map"] = "LABEL=LABEL",
        ["--min-face"] = "N|N%",
        ["--shard"] = "I/N",
        ["--out"] = "PATH",
        ["--listen"] = "ADDRESS",
    };

    /// <summary>The options that a verb's page shows where it has too many for one; `--help-all` shows all.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Short = new Dictionary<string, string[]>
    {
        ["train"] = ["--data", "--out", "--recipe", "--from", "--resume", "--faces", "--map", "--epochs", "--ferplus", "--threads"],
    };
}
