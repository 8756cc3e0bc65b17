using Mien.Training.Export;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

/// <summary>A residual network of 26 layers, twice as deep as the deepest of Mien's. [N,1,S,S] -> logits [N,K].</summary>
/// <remarks>He et al. 2016, arXiv:1603.05027: normalized before each convolution, so that the shortcut stays free.</remarks>
internal sealed class DeepResidual : Module<Tensor, Tensor>, IOnnxLayer
{
    private readonly Sequential body;

    public DeepResidual(int classes) : base(nameof(DeepResidual))
    {
        var layers = new List<Module<Tensor, Tensor>> { Conv2d(1, 32, 3, padding: 1, bias: false), MaxPool2d(2) };
        int from = 32;
        foreach ((int width, int blocks) in ((int, int)[])[(32, 4), (64, 4), (128, 4)])
        {
            for (int i = 0; i < blocks; i++)
            {
                layers.Add(new Block(from, width, stride: i == 0 && from != width ? 2 : 1));
                from = width;
            }
        }

        layers.AddRange([BatchNorm2d(from), ReLU(), AdaptiveAvgPool2d(1), Flatten(), Linear(from, classes)]);
        body = Sequential(layers);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => body.call(input);

    public string Write(OnnxGraph graph, string input) => graph.Add(body, input);

    /// <summary>Norm, swish, convolution, twice, added to what came in. [N,in,h,w] -> [N,out,h/stride,w/stride].</summary>
    private sealed class Block : Module<Tensor, Tensor>, IOnnxLayer
    {
        private readonly BatchNorm2d norm1;
        private readonly Swish swish1;
        private readonly Conv2d conv1;
        private readonly BatchNorm2d norm2;
        private readonly Swish swish2;
        private readonly Conv2d conv2;
        private readonly Conv2d? shortcut;

        public Block(int from, int to, int stride) : base(nameof(Block))
        {
            norm1 = BatchNorm2d(from);
            swish1 = new Swish(from);
            conv1 = Conv2d(from, to, 3, stride: stride, padding: 1, bias: false);
            norm2 = BatchNorm2d(to);
            swish2 = new Swish(to);
            conv2 = Conv2d(to, to, 3, padding: 1, bias: false);
            if (stride != 1 || from != to)
                shortcut = Conv2d(from, to, 1, stride: stride, bias: false);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            Tensor x = conv1.call(swish1.call(norm1.call(input)));
            x = conv2.call(swish2.call(norm2.call(x)));
            return (x + (shortcut is null ? input : shortcut.call(input))).MoveToOuterDisposeScope();
        }

        public string Write(OnnxGraph graph, string input)
        {
            string x = graph.Add(conv1, graph.Add(swish1, graph.Add(norm1, input)));
            x = graph.Add(conv2, graph.Add(swish2, graph.Add(norm2, x)));
            return graph.Node("Add", x, shortcut is null ? input : graph.Add(shortcut, input));
        }
    }

    /// <summary>x times the sigmoid of b x, with a b of each channel's own that training changes. [N,C,h,w] -> [N,C,h,w].</summary>
    /// <remarks>Ramachandran et al. 2017, arXiv:1710.05941. A layer with weights of its own, to show how one is exported.</remarks>
    private sealed class Swish : Module<Tensor, Tensor>, IOnnxLayer
    {
        private readonly Parameter b;

        public Swish(int channels) : base(nameof(Swish))
        {
            b = Parameter(ones(1, channels, 1, 1));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            // The weights in the format of the input: training may compute in bfloat16.
            return (input * sigmoid(input * b.to(input.dtype))).MoveToOuterDisposeScope();
        }

        public string Write(OnnxGraph graph, string input) =>
            graph.Node("Mul", input, graph.Node("Sigmoid", graph.Node("Mul", input, graph.Constant(b))));
    }
}
