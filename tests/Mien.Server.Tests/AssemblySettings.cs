// Servers, browsers and the console are shared by the whole process, and each test keeps both cores busy.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
