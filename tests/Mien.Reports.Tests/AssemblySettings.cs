// torch has one random generator and one thread count a process, and each test keeps both cores busy.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
