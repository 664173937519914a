"""From a colour picture to what is wrong with the face in it; models are MediaPipe's, run by OpenCV's `cv2.dnn`.

`detection` finds faces, `landmarks` finds 468 points and the lids of each, `pose` which way the head looks. `optics`
measures sharpness and light, `backdrop` what is behind, `framing` where ISO/IEC 19794-5 wants the picture cut;
`judging` is the whole in one call. `models` holds the models, `limits` every threshold with its unit and reason.
"""
