using Mien.Training.Export;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

/// <summary>Thirteen layers of 3x3 convolutions and pooling. [N,1,S,S] -> logits [N,K].</summary>
/// <remarks>Simonyan and Zisserman 2015, arXiv:1409.1556, with batch normalization and a small head.</remarks>
internal sealed class Vgg : Module<Tensor, Tensor>, IOnnxLayer
{
    private readonly Sequential features;
    private readonly Sequential classifier;

    public Vgg(int classes) : base(nameof(Vgg))
    {
        var layers = new List<Module<Tensor, Tensor>>();
        int from = 1;
        foreach (int width in (int[])[32, 64, 128, 256, 256])
        {
            for (int i = 0; i < 2; i++)
            {
                layers.AddRange([Conv2d(from, width, 3, padding: 1, bias: false), BatchNorm2d(width), ReLU()]);
                from = width;
            }

            if (width < 256)
                layers.Add(MaxPool2d(2));
        }

        // A grid of means, so that faces of any size fit: the recipe begins with small ones.
        layers.AddRange([AdaptiveAvgPool2d(1), Flatten()]);
        features = Sequential(layers);
        classifier = Sequential(Linear(from, 256), ReLU(), Dropout(0.5), Linear(256, 256), ReLU(), Dropout(0.5), Linear(256, classes));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => classifier.call(features.call(input));

    public string Write(OnnxGraph graph, string input) => graph.Add(classifier, graph.Add(features, input));
}
