using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Mien.Hosting;
using Mien.TestSupport;

namespace Mien.Tests;

public class HostingTests
{
    [Fact]
    public void The_recognizer_is_one_service_under_its_class_and_its_interface()
    {
        using ServiceProvider services = new ServiceCollection().AddMien().AddMien().BuildServiceProvider();
        IExpressionRecognizer recognizer = Assert.Single(services.GetServices<IExpressionRecognizer>());
        Assert.Same(recognizer, services.GetRequiredService<ExpressionRecognizer>());
        Assert.Equal(FacialExpressions.Names, recognizer.Model.Labels);
    }

    [Fact]
    public void Options_come_from_code_and_from_configuration()
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Mien:Model"] = Path.Combine(TestData.Root, "models", "mien-fer2013.int8.onnx"),
            ["Mien:Recognizer:MinConfidence"] = "0.25",
            ["Mien:Recognizer:Detector:MinFacePixels"] = "40",
            ["Mien:Recognizer:Prior"] = "Balanced",
        }).Build();
        using ServiceProvider services = new ServiceCollection()
            .AddMien(configuration.GetSection("Mien")).AddMien(options => options.Recognizer.Flip = true).BuildServiceProvider();
        ExpressionRecognizer recognizer = services.GetRequiredService<ExpressionRecognizer>();
        Assert.Equal(FacialExpressions.Fer2013Names, recognizer.Model.Labels);
        Assert.Equal(0.25f, recognizer.Options.MinConfidence);
        Assert.Equal(40, recognizer.Options.Detector.MinFacePixels);
        Assert.Equal(ClassPrior.Balanced, recognizer.Options.Prior);
        Assert.True(recognizer.Options.Flip);
        // The defaults of others stay what they are.
        Assert.False(RecognizerOptions.Default.Flip);
    }

    [Fact]
    public void Recognizers_of_other_names_stand_beside_it()
    {
        using ServiceProvider services = new ServiceCollection()
            .AddMien()
            .AddMien("careful", options => options.Recognizer.MinConfidence = 0.9f)
            .BuildServiceProvider();
        var careful = services.GetRequiredKeyedService<IExpressionRecognizer>("careful");
        Assert.NotSame(careful, services.GetRequiredService<IExpressionRecognizer>());
        Assert.Equal(0.9f, services.GetRequiredService<IOptionsMonitor<MienOptions>>().Get("careful").Recognizer.MinConfidence);
    }

    [Fact]
    public void A_registered_recognizer_stays()
    {
        using var own = ExpressionRecognizer.CreateDefault();
        using ServiceProvider services = new ServiceCollection().AddSingleton<IExpressionRecognizer>(own).AddMien().BuildServiceProvider();
        Assert.Same(own, services.GetRequiredService<IExpressionRecognizer>());
    }

    [Theory]
    [InlineData("Mien:Recognizer:MinConfidence", "2", "MinConfidence")]
    [InlineData("Mien:Model", "/nowhere.onnx", "/nowhere.onnx: not found")]
    [InlineData("Mien:Recognizer:Prior", "Sometimes", "Prior")]
    public void A_wrong_option_is_named_before_the_first_picture(string key, string value, string expected)
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [key] = value })
            .Build();
        using ServiceProvider services = new ServiceCollection().AddMien(configuration.GetSection("Mien")).BuildServiceProvider();
        Exception error = Assert.ThrowsAny<Exception>(services.GetRequiredService<IExpressionRecognizer>);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
