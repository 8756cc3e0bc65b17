using Mien.Training.Augmentation;
using TorchSharp;
using static TorchSharp.torch;

namespace Mien.Training.Tests.Augmentation;

public class AugmenterTests
{
    [Fact]
    public void Without_options_faces_stay_as_they_are()
    {
        using var scope = NewDisposeScope();
        Tensor faces = randn(5, 1, 48, 48);
        Tensor same = new Augmenter(AugmentationOptions.None).Apply(faces, 48, new Random(1));
        Assert.InRange((faces - same).abs().max().item<float>(), 0, 1e-4);
    }

    [Fact]
    public void The_same_generator_changes_faces_in_the_same_way()
    {
        using var scope = NewDisposeScope();
        Tensor faces = randn(5, 1, 48, 48);
        var augmenter = new Augmenter(AugmentationOptions.Default);
        Tensor first = augmenter.Apply(faces, 40, new Random(1));
        Assert.Equal([5L, 1, 40, 40], first.shape);
        Assert.True(first.equal(augmenter.Apply(faces, 40, new Random(1))).all().item<bool>());
        Assert.False(first.equal(augmenter.Apply(faces, 40, new Random(2))).all().item<bool>());
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    public void Mixing_keeps_the_batchs_light_and_gives_labels_by_their_shares(double mixUp, double cutMix)
    {
        using var scope = NewDisposeScope();
        // Face i is plain gray of level i, label i: the mean of a mixed face says how much of each is in it.
        Tensor faces = arange(6, ScalarType.Float32).view(6, 1, 1, 1).expand(6, 1, 48, 48).contiguous();
        var mixer = new Mixer(AugmentationOptions.None with { MixUp = mixUp, CutMix = cutMix });
        (Tensor mixed, Tensor targets) = mixer.Apply(faces, eye(6), new Random(3));
        Tensor levels = targets.matmul(arange(6, ScalarType.Float32));
        Assert.InRange((mixed.mean([1, 2, 3]) - levels).abs().max().item<float>(), 0, 1e-4);
        Assert.InRange((targets.sum(1) - 1).abs().max().item<float>(), 0, 1e-5);
        Assert.True(targets.max().item<float>() < 1 || targets.gt(0).sum().item<long>() > 6);
    }

    [Fact]
    public void Half_of_the_faces_are_mirrored()
    {
        using var scope = NewDisposeScope();
        Tensor faces = randn(400, 1, 16, 16);
        Tensor flipped = new Augmenter(AugmentationOptions.None with { Flip = true }).Apply(faces, 16, new Random(1));
        Tensor same = (flipped - faces).abs().amax([1, 2, 3]) < 1e-4;
        Tensor mirrored = (flipped - faces.flip(3)).abs().amax([1, 2, 3]) < 1e-4;
        Assert.Equal(400, same.sum().item<long>() + mirrored.sum().item<long>());
        Assert.InRange(mirrored.sum().item<long>(), 150, 250);
    }

    [Fact]
    public void Faces_that_are_named_are_the_ones_mirrored()
    {
        using var scope = NewDisposeScope();
        Tensor faces = randn(3, 1, 16, 16);
        Tensor flipped = new Augmenter(AugmentationOptions.None).Apply(faces, 16, new Random(1), [true, false, true]);
        Tensor expected = stack([faces[0].flip(2), faces[1], faces[2].flip(2)]);
        Assert.InRange((flipped - expected).abs().max().item<float>(), 0, 1e-4);
    }

    [Fact]
    public void Blur_keeps_the_light_and_softens_or_sharpens()
    {
        using var scope = NewDisposeScope();
        Tensor faces = randn(200, 1, 24, 24);
        Tensor blurred = new Augmenter(AugmentationOptions.None with { Blur = 1 }).Apply(faces, 24, new Random(1));
        Tensor contrast = blurred.std([1, 2, 3]) / faces.std([1, 2, 3]);
        Assert.True(contrast.min().item<float>() < 0.6, $"softest {contrast.min().item<float>()}");
        Assert.True(contrast.max().item<float>() > 1.2, $"sharpest {contrast.max().item<float>()}");
        Tensor gray = new Augmenter(AugmentationOptions.None with { Blur = 1 }).Apply(ones(4, 1, 24, 24), 24, new Random(1));
        Assert.InRange((gray - 1).abs().max().item<float>(), 0, 1e-4);
    }

    [Fact]
    public void Erasing_blanks_a_rectangle_of_up_to_a_fifth()
    {
        using var scope = NewDisposeScope();
        Tensor erased = new Augmenter(AugmentationOptions.None with { Erasing = 1 }).Apply(ones(200, 1, 48, 48), 48, new Random(1));
        Tensor share = (erased == 0).to(ScalarType.Float32).mean([1, 2, 3]);
        Assert.InRange(share.min().item<float>(), 0.005, 0.05);
        Assert.InRange(share.max().item<float>(), 0.1, 0.25);
    }
}
