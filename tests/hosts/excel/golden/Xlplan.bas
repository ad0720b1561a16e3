Attribute VB_Name = "Xlplan"
' Written by xlplan 0.0.0 (0123456789ab). xlplan upgrade writes this module anew: keep your own code in modules of your own.
'
' The module xlwings carries its own licence. The class Dictionary is VBA-Dictionary under the MIT License:
'
' Copyright (c) Tim Hall, https://github.com/timhall/VBA-Dictionary
'
' Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
' documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
' rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
' persons to whom the Software is furnished to do so, subject to the following conditions:
'
' The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
' Software.
'
' THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
' WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
' COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
' OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
Option Explicit

Public Const XLPLAN_VERSION As String = "0.0.0"

Private Sub XpPress(ByVal button As String)
    On Error GoTo failed
    If XpIsCalc() Then
        XpPressInCalc button
    Else
        RunPython "import xlplan.hosts.excel.buttons as b; b.press('" & button & "')"
    End If
    Exit Sub
failed:
    MsgBox "xlplan: " & Err.Description & vbLf & vbLf & "xlplan doctor, typed in a terminal, says more.", vbExclamation
End Sub

' Excel compiles one branch of a condition, LibreOffice runs both: so each knows which of the two it is.
Private Function XpIsCalc() As Boolean
    XpIsCalc = False
#If VBA7 Then
#Else
    XpIsCalc = True
#End If
End Function

Private Sub XpPressInCalc(ByVal button As String)
#If VBA7 Then
#Else
    Dim address As Variant, addin As Variant
    address = CreateUnoStruct("com.sun.star.util.URL")
    address.Complete = "xlplan:" & button
    address.Protocol = "xlplan:"
    address.Path = button
    addin = ThisComponent.CurrentController.Frame.queryDispatch(address, "", 0)
    If IsNull(addin) Then Err.Raise 1000, , "the LibreOffice add-in is not installed; run xlplan calc install"
    addin.dispatch address, Array()
#End If
End Sub

Public Sub XpCheckPlan()
    XpPress "check"
End Sub

Public Sub XpCheckPlanFromRibbon(control As Object)
    XpPress "check"
End Sub

Public Sub XpRunForecast()
    XpPress "forecast"
End Sub

Public Sub XpRunForecastFromRibbon(control As Object)
    XpPress "forecast"
End Sub

Public Sub XpRefreshPlan()
    XpPress "refresh"
End Sub

Public Sub XpRefreshPlanFromRibbon(control As Object)
    XpPress "refresh"
End Sub

Public Sub XpOptimiseAllocation()
    XpPress "allocate"
End Sub

Public Sub XpOptimiseAllocationFromRibbon(control As Object)
    XpPress "allocate"
End Sub

Public Sub XpBuildReview()
    XpPress "review"
End Sub

Public Sub XpBuildReviewFromRibbon(control As Object)
    XpPress "review"
End Sub

Public Sub XpUndoLastRun()
    XpPress "undo"
End Sub

Public Sub XpUndoLastRunFromRibbon(control As Object)
    XpPress "undo"
End Sub
