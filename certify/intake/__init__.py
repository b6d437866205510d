"""From an upload to a canonical scan: page pixels and nothing else (design §4.5).

Entry point: `reader.SandboxedIntake`, which fills the `Intake` port by running the
tasks of `child` in an isolated process. Inside the child:

    recognise → open (pdf_source | image_source): facts and a plan for every page,
    nothing decoded yet → limits → every page: picture → encode → writer
    → looks (ink, skew) → CHECKS → findings

A PDF page that is one image keeps that image, losslessly, at its own resolution.
Anything else is rendered at 300 dpi **without annotations and form fields**: the
officer sees exactly the pixels that result, and a finding says what was left out.
Only code in the child may open an upload or a file made from one.
"""
